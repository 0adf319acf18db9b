"""The web side: pages, the WebSocket, and the fan-out of news to every browser."""
