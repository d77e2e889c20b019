comment on column schema_migrations.checksum is 'SHA-256 of its text when it was applied.';
comment on column schema_migrations.applied_at is 'When it was applied; null where that was before it was kept.';
