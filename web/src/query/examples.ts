// Queries to begin with. They are PostgreSQL's SQL and need nothing but events.
export interface Example {
  readonly title: string;
  readonly sql: string;
}

export const kExamples: readonly Example[] = [
  {
    title: 'Events by type',
    sql: `SELECT type, count(*) AS events, count(DISTINCT user_id) AS users
FROM events
GROUP BY type
ORDER BY events DESC`,
  },
  {
    title: 'Events per minute, last hour',
    sql: `SELECT date_trunc('minute', "timestamp") AS minute, count(*) AS events
FROM events
WHERE "timestamp" > now() - INTERVAL '1 hour'
GROUP BY minute
ORDER BY minute`,
  },
  {
    title: 'Latency by source',
    sql: `SELECT source, count(*) AS requests,
       avg((data->>'latency_ms')::float8) AS mean_ms,
       max((data->>'latency_ms')::float8) AS max_ms
FROM events
WHERE type = 'api.request'
GROUP BY source
ORDER BY requests DESC`,
  },
  {
    title: 'Failed requests',
    sql: `SELECT "timestamp", source, user_id, data
FROM events
WHERE type = 'api.request' AND (data->>'status')::int >= 500
ORDER BY "timestamp" DESC
LIMIT 100`,
  },
  {
    title: 'Most active users',
    sql: `SELECT user_id, count(*) AS events, min("timestamp") AS first_seen, max("timestamp") AS last_seen
FROM events
WHERE user_id IS NOT NULL
GROUP BY user_id
ORDER BY events DESC
LIMIT 50`,
  },
];
