"""Watch for what people want to be told of: rules, alerts, and what a rule would have told."""
