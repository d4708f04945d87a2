document.getElementById("main").removeAttribute("aria-busy");
