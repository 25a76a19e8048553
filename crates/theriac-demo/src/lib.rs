//! The demonstration: a manufacturer with one product and two releases, told through the service's own use cases.
