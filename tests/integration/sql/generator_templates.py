"""to_char(), to_timestamp() and to_date(): templates of fields, separators and quoted text."""
from generator_types import BIGINT, CLOCK, DATE, DOUBLE, Expression, INTEGER, INTERVAL, NUMERIC, TEXT, TIME, makes, quoted

OF_TIMES = ["YYYY", "YYY", "YY", "Y", "Y,YYY", "IYYY", "IYY", "IY", "I", "Q", "MM", "MON", "Mon", "mon", "MONTH", "Month", "month", "RM", "rm", "WW", "W", "IW", "DD", "DDD", "IDDD", "D",
            "ID", "DAY", "Day", "day", "DY", "Dy", "dy", "J", "CC", "HH", "HH12", "HH24", "hh24", "MI", "mi", "SS", "ss", "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "ff3", "SSSS",
            "SSSSS", "AM", "am", "PM", "a.m.", "P.M.", "BC", "ad", "B.C.", "TZ", "tz", "TZH", "TZM", "OF"]
OF_INTERVALS = ["YYYY", "YY", "Y", "Y,YYY", "MM", "RM", "rm", "Q", "WW", "W", "DD", "DDD", "CC", "HH", "HH24", "MI", "SS", "MS", "US", "FF2", "SSSS", "AM", "p.m."]
BETWEEN = ["", "", " ", "-", "/", ":", ".", ", ", '"T"', '"at"', '"q\\"t"', "é", "\\", '\\"', "_", "  "]

# A template, and what to make a text of that follows it: mostly, so that most are read.
READ = [
    ("YYYY-MM-DD", "YYYY-MM-DD"), ("YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD HH24:MI:SS"), ("YYYYMMDD", "YYYYMMDD"), ("DD Mon YYYY", "DD Mon YYYY"), ("FMMonth DD, YYYY", "FMMonth DD, YYYY"),
    ("YYYY-DDD", "YYYY-DDD"), ("MM/DD/YY", "MM/DD/YY"), ("HH12:MI AM DD.MM.YYYY", "HH12:MI AM DD.MM.YYYY"), ("YYYY-MM-DD HH24:MI:SS.US", "YYYY-MM-DD HH24:MI:SS.US"),
    ("YYYY-MM-DD HH24:MI:SS.MS", "YYYY-MM-DD HH24:MI:SS.MS"), ("YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM", "YYYY-MM-DD\"T\"HH24:MI:SS\"+02:30\""), ("YYYY-MM-DD HH24 TZH", "YYYY-MM-DD HH24 \"-5\""),
    ("YYYY MM DD", "YYYY-MM-DD"), ("YYYY-MM-DD", "YYYY  MM   DD"), ("YYYYxMMxDD", "YYYY MM DD"), ("Dy, DD Mon YYYY", "Dy, DD Mon YYYY"), ("Day DD Month YYYY", "Day DD Month YYYY"),
    ("YYYY-MM-DD SSSS", "YYYY-MM-DD SSSS"), ("DDTH Mon YYYY", "DDth Mon YYYY"), ("YYYY-MM", "YYYY-MM"), ("MM-DD", "MM-DD"), ("YY", "YY"), ("YYY-MM-DD", "YYY-MM-DD"), ("Y MM", "Y MM"),
    ("YYYY BC", "YYYY BC"), ("YYYY-MM-DD HH24:MI:SS.FF3", "YYYY-MM-DD HH24:MI:SS.FF3"), ("YYYY-MM-DD HH24:MI:SS.FF1", "YYYY-MM-DD HH24:MI:SS.FF2"), ("HH24:MI:SS", "HH24:MI:SS"),
    ("YYYY-MM-DD HH:MI", "YYYY-MM-DD HH24:MI"), ("MMDDYYYY", "MMDDYYYY"), ("YYYY-Q-MM", "YYYY-Q-MM"), ("FMYYYY-FMMM-FMDD", "FMYYYY-FMMM-FMDD"), ("YYYY-MM-DD", "YYYY-MM-DD HH24"),
    ("  YYYY-MM-DD", "YYYY-MM-DD"), ("YYYY-MM-DD DD", "YYYY-MM-DD FMDD"), ("YYYY-MM-DD HH24:MI", "YYYY-DD-MM MI:SS"), ("YYYY--MM--DD", "YYYY-MM-DD"), ("YYYY-MM-DD", "YYYY--MM--DD"),
    ("IYYY-IW-ID", "IYYY-IW-ID"), ("IYYY-IW", "IYYY-IW"), ("IYYY-IDDD", "IYYY-IDDD"), ("IYYYIWID", "IYYYIWID"), ("IYYY ID", "IYYY ID"), ("IYY-IW-ID", "IYY-IW-ID"), ("IY IW", "IY IW"),
    ("IYYY-IW-ID HH24:MI", "IYYY-IW-ID HH24:MI"), ("IYYY-MM", "IYYY-MM"), ("IYYY-IW Dy", "IYYY-IW Dy"), ("IW", "IW"), ("J", "J"), ("J HH24", "J HH24"), ("YYYY-MM-DD J", "YYYY-MM-DD J"),
    ("YYYY-WW", "YYYY-WW"), ("YYYY-WW-D", "YYYY-WW-D"), ("YYYY-MM W", "YYYY-MM W"), ("YYYY W", "YYYY W"), ("CC", "CC"), ("CC YY", "CC YY"), ("CC-YY-MM-DD", "CC-YY-MM-DD"), ("CC Y", "CC Y"),
    ("CC YYYY", "CC YYYY"), ("CC YY BC", "CC YY BC"), ("YYYY CC", "YYYY CC"), ("RM YYYY", "RM YYYY"), ("DD rm YYYY", "DD RM YYYY"), ("FMRM-DD-YYYY", "FMRM-DD-YYYY"),
    ("Y,YYY-MM-DD", "Y,YYY-MM-DD"), ("FMY,YYYMMDD", "FMY,YYYMMDD"), ("Y,YYY DDD", "Y,YYY DDD"), ("YYYY WW DDD", "YYYY WW DDD"), ("YYYY-MM-DD D", "YYYY-MM-DD D"), ("D ID", "D ID"),
    ("YYYYMMDDHH24MISS", "YYYYMMDDHH24MISS"), ("YYYY-MM-DD\"at\"HH24", "YYYY-MM-DD\"zz\"HH24"), ("YYYY-MM-DD p.m. HH12", "YYYY-MM-DD a.m. HH12"),
]


class Templates:
    def time_template(self, fields):
        random = self.random
        parts = []
        for _ in range(random.randrange(1, 6)):
            ending = random.choice(["", "", "", "", "TH", "th"])
            parts += [random.choice(["", "", "", "FM", "fm"]) + (random.choice(fields) if random.random() < 0.95 else "CC") + ending, random.choice(BETWEEN)]
        return "".join(parts)

    def number_template(self):
        random = self.random
        sign = random.choice(["", "", "", "", "S<", "S>", "MI<", "MI>", "PL<", "PL>", "SG<", "SG>", "PR>"])
        before = "".join(random.choice(["9", "9", "9", "9", "0", ",", "G"]) for _ in range(random.randrange(0, 8)))
        after = random.choice(["", "", random.choice([".", "D"]) + "".join(random.choice("9990") for _ in range(random.randrange(0, 5)))])
        text = random.choice(["", "", "", "$", '"n = "', "é", "\\", "#"])
        ending = random.choice(["TH", "th"]) if random.random() < 0.1 else ""
        unit = random.choice([' "m"', "%", " x"]) if random.random() < 0.1 else ""
        if random.random() < 0.15:
            sign = "PR>"
        fill = random.choice(["", "FM", "fm"])
        places = before + after if any(c in before + after for c in "90") else "9" + before + after
        return fill + text + (sign[:-1] if sign.endswith("<") else "") + places + (sign[:-1] if sign.endswith(">") else "") + ending + unit

    @makes(TEXT)
    def written_time(self, wanted, depth):
        of = self.random.choice([TIME, TIME, CLOCK, DATE])
        return self.written(of, self.time_template(OF_TIMES), wanted, depth)

    @makes(TEXT)
    def written_interval(self, wanted, depth):
        return self.written(INTERVAL, self.time_template(OF_INTERVALS), wanted, depth)

    @makes(TEXT)
    def written_number(self, wanted, depth):
        return self.written(self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE]), self.number_template(), wanted, depth)

    def written(self, of, template, wanted, depth):
        return self.join("to_char({}, " + quoted(template) + ")", [self.make(of, depth, constant=False)], wanted)

    @makes(TIME, DATE)
    def read_by_template(self, wanted, depth):
        random = self.random
        template, shape = random.choice(READ)
        if random.random() < 0.15:
            text = self.text_as_it_came(depth)
        elif random.random() < 0.1:
            text = self.same("left(%s, 100 + length(type))" % quoted(random.choice(["2024-02-30", "2023-13-01", " 2024 - 1 - 5 ", "20240", "-5", "+7-01-01", "1 2 3", "2024-02-29 24:00:00", "Feb 5, 2024", "0000-01-01", "99 1"])),
                             TEXT)  # What always fails would be refused, wherever it stands.
        else:
            text = self.join("to_char({}, " + quoted(shape) + ")", [self.make(random.choice([TIME, CLOCK]), depth, constant=False)], TEXT)
        function, guard = {TIME: ("to_timestamp", "sf.finite"), DATE: ("to_date", "sf.finite_day")}[wanted]
        call = f"{function}({{}}, {quoted(template)})"
        return Expression(call.format(text.ours), f"{guard}({call.format(text.postgres)})", wanted, text.constant)
