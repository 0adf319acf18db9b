// Runs before the first paint, so that nobody sees a flash of the other theme.
// Keys and values are those of src/settings.ts.
(function () {
  var wanted = 'auto';
  try {
    wanted = JSON.parse(localStorage.getItem('sightline.settings') || '{}').theme || 'auto';
  } catch (e) {
    // Storage is refused or holds something else: follow the system.
  }
  var light = wanted === 'light' || (wanted !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
