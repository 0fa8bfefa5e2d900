-- A key that cannot be taken is told with its flaw, and how long it names a record. The rest of the function stays as it is.
set local search_path = pg_catalog, pg_temp;

do $$
begin
    execute replace(replace(pg_get_functiondef('nxt_sync.push(text, text, json, integer, text)'::regprocedure),
        $old$'nxt_sync.push: the key has % characters, or control characters among them', coalesce(length(key), 0)$old$,
        $new$'nxt_sync.push: the key %', case when coalesce(key, '') = '' then 'is empty'
            when length(key) > 200 then 'has ' || length(key) || ' characters' else 'has a control character' end$new$),
        'A key names one record for ever;', 'A key names one record as long as its row is kept;');
end
$$;
