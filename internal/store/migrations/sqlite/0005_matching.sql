-- Numbers that people match when they approve.

-- The number that the one who asked shows, sealed; empty where none is asked for.
ALTER TABLE challenges ADD COLUMN sealed_number BLOB NOT NULL DEFAULT x'';

-- Until when requests ask for a number because the person denied one.
ALTER TABLE users ADD COLUMN match_until INTEGER NOT NULL DEFAULT 0;
