// The settings of OwnTracks' Frontend beside Sightline: its config/config.js. It asks its own
// address for everything, so all it must be told is the path it is at.
window.owntracks = window.owntracks || {};
window.owntracks.config = {
  router: { basePath: "/owntracks/" },
};
