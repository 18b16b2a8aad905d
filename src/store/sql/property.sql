-- property.sql — the catalog: properties and their types.

-- name: property_put
-- The first fact about a property gives it its place; later ones change what is known of it.
INSERT INTO property (entity, name, type, declared, options) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (entity, name) DO UPDATE SET type = excluded.type, declared = excluded.declared, options = excluded.options;

-- name: property_find
SELECT entity, name, type, declared, options FROM property WHERE entity = $1 AND name = $2;

-- name: property_all
SELECT entity, name, type, declared, options FROM property ORDER BY key;
