// Places: circles around a point, and territories with a name.

const earthRadius = 6371008.8;
const degree = Math.PI / 180;

// contains says whether a location { latitude, longitude, country, area,
// postalCode } lies in a fence. A browser knows its point and no territory.
export function contains(fence, location) {
  if (fence.kind === "circle") {
    return distance(Number(fence.latitude), Number(fence.longitude), location.latitude, location.longitude) <= Number(fence.radius);
  }
  return fence.country === location.country &&
    (fence.area === undefined || fence.area === location.area) &&
    (fence.postal_code === undefined || fence.postal_code === location.postalCode);
}

// distance is the great-circle distance in metres (haversine).
function distance(latitudeA, longitudeA, latitudeB, longitudeB) {
  const north = Math.sin(((latitudeB - latitudeA) * degree) / 2);
  const east = Math.sin(((longitudeB - longitudeA) * degree) / 2);
  const h = north * north + Math.cos(latitudeA * degree) * Math.cos(latitudeB * degree) * east * east;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)));
}

const patience = 15000;

// whereAmI asks the browser, which asks the person. It gives { location,
// locationAllowed }.
/** @returns {Promise<{ locationAllowed: boolean, location?: { latitude: number, longitude: number } }>} */
export function whereAmI() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) {
      resolve({ locationAllowed: true });
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => resolve({ locationAllowed: true, location: { latitude, longitude } }),
      (error) => resolve({ locationAllowed: error.code !== error.PERMISSION_DENIED }),
      { enableHighAccuracy: true, timeout: patience, maximumAge: 0 },
    );
  });
}
