-- Numbers that people match when they approve.

-- The number that the one who asked shows, sealed; empty where none is asked for.
ALTER TABLE challenges ADD COLUMN sealed_number bytea NOT NULL DEFAULT '';

-- Until when requests ask for a number because the person denied one.
ALTER TABLE users ADD COLUMN match_until bigint NOT NULL DEFAULT 0;
