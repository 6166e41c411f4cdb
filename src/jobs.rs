//! The recurring jobs: when, and which function.
