SELECT bidder, date_bin('10 s', received_at, 'epoch') AS window_start, date_bin('10 s', received_at, 'epoch') + INTERVAL '10 s' AS window_end,
       count(*) AS bid_count
FROM bid GROUP BY bidder, date_bin('10 s', received_at, 'epoch')
