package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A phone of the cheaper kind on a mobile network of the slower kind, as tools that judge pages take it.
const (
	slowLatency  = 150           // milliseconds there and back
	slowDownload = 1_600_000 / 8 // bytes a second
	slowUpload   = 750_000 / 8
	slowProcess  = 4 // times slower than this machine
)

// painted is what one first visit took, in milliseconds from the navigation on.
type painted struct{ first, ready float64 }

// paint measures a first visit to the authenticator on a slow phone: until something stands on the screen, and until
// a person can act on it.
func (w *world) paint(ctx context.Context, _, server *process) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(390, 844))
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			options = append(options, chromedp.ExecPath(path))
			break
		}
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		return err
	}
	var first, ready []float64
	for range max(w.rounds, 1) {
		one, err := visit(browser, "http://"+server.address+"/authenticator")
		if err != nil {
			return err
		}
		first, ready = append(first, one.first), append(ready, one.ready)
	}
	fmt.Fprintf(w.out, "paint: first after %.0f ms, usable after %.0f ms (medians of %d first visits; %d ms there and back, %.1f Mbit/s, processor %d times slower)\n",
		median(first), median(ready), len(first), slowLatency, float64(slowDownload)*8/1e6, slowProcess)
	return nil
}

// whenPainted waits for both moments in the page.
const whenPainted = `new Promise((done) => {
	const look = () => {
		const [paint] = performance.getEntriesByName("first-contentful-paint");
		if (paint && document.querySelector("[data-testid=view] h1")) done([paint.startTime, performance.now()]);
		else setTimeout(look, 10);
	};
	look();
})`

// visit opens the page in a profile of its own, so that nothing is there from before.
func visit(browser context.Context, address string) (painted, error) {
	tab, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer end()
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank")); err != nil {
		return painted{}, err
	}
	_, slow := chromedp.Call(tab, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowProcess})
	_, far := chromedp.Call(tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: slowLatency, DownloadThroughput: slowDownload, UploadThroughput: slowUpload}},
	})
	if err := errors.Join(slow, far, chromedp.Do(tab, chromedp.Navigate(address))); err != nil {
		return painted{}, err
	}
	times, err := chromedp.Run(tab, chromedp.Evaluate[[]float64](whenPainted, chromedp.EvalAwaitPromise))
	if err != nil || len(times) != 2 {
		return painted{}, errors.Join(err, fmt.Errorf("the page says %v", times))
	}
	return painted{times[0], times[1]}, nil
}
