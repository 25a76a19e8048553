//! What every kind of record promises, and what bad content is told.

mod content;
mod kinds;
