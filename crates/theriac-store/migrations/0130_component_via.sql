-- The component through which the shortest way from the product leads, by the file's graph of dependencies.
ALTER TABLE component ADD COLUMN via {INT};
