"""Tell people outside the page: on their phones, by mail, by whatever reaches them."""
