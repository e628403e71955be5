SELECT auction, bidder, price, date_time, extra
FROM bid JOIN (SELECT date_bin('10 s', date_time, 'epoch') AS begins, max(price) AS highest FROM bid GROUP BY begins) AS best
     ON date_bin('10 s', date_time, 'epoch') = begins AND price = highest
