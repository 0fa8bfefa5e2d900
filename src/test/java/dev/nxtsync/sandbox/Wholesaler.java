package dev.nxtsync.sandbox;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The books of a small Nordic wholesaler of outdoor goods over the two years until today. All sums add up: a line is quantity
 * times price less discount, an order is the sum of its lines, an invoice is an order with VAT, and the postings of an invoice
 * are zero together.
 */
final class Wholesaler {
    static final int YEARS = 2;
    private static final int FIRST_CUSTOMER = 10_001;
    private static final int FIRST_SUPPLIER = 50_001;
    private static final BigDecimal VAT = new BigDecimal("0.25");
    private static final BigDecimal HUNDRED = new BigDecimal(100);
    private static final int DAYS_TO_PAY = 14;
    private static final int RECEIVABLES = 1500;
    private static final int VAT_PAYABLE = 2700;
    private static final int SALES = 3000;

    /** From 1001 on, with the price without VAT. */
    private static final String[] PRODUCTS = {"Thermos flask 1.0 l|189", "Thermos flask 0.5 l|149",
            "Enamel mug 4 dl, blue|59", "Enamel mug 4 dl, white|59", "Coffee pot 1.5 l|329", "Gas stove|449",
            "Gas cartridge 230 g|69", "Head torch 400 lm|299", "Sleeping mat 14 mm|349", "Tent for three|2490",
            "Rucksack 35 l|899", "Rucksack 65 l|1690", "Wool socks, three pairs|199", "Wool base layer|499",
            "Rain jacket|799", "Rubber boots|549", "Work gloves|129.50", "Reflective vest|89.90", "Ice cleats|179",
            "Snow shovel|259", "Ski wax set|219", "Firewood axe|649", "Folding knife|379", "Rope 8 mm, 50 m|429"};
    private static final String[] PLACES = {"Bergen|5003|AS|+47", "Tromsø|9008|AS|+47", "Ålesund|6002|AS|+47",
            "Bodø|8006|AS|+47", "Trondheim|7011|AS|+47", "Stavanger|4006|AS|+47", "Lillehammer|2609|AS|+47",
            "Göteborg|411 03|AB|+46", "Umeå|903 26|AB|+46", "Östersund|831 30|AB|+46", "Århus|8000|A/S|+45",
            "Vaasa|65100|Oy|+358"};
    private static final String[] TRADES = {"Sport", "Friluft", "Byggvare", "Jakt & Fiske", "Landhandel", "Båtsenter",
            "Fjellsport", "Arbeidsklær", "Skiservice", "Villmark"};
    private static final String[] STREETS = {"Storgata", "Havnegata", "Kirkegata", "Sjøgata", "Fjellveien"};
    private static final String[] PEOPLE = {"Ingrid Solberg", "Lars Åkesson", "Kari Nygård", "Mikkel Sørensen",
            "Aino Virtanen"};
    private static final int CUSTOMERS = PLACES.length * TRADES.length;
    private static final int SUPPLIERS = 12;

    private final LocalDate today;
    private final Random random;

    Wholesaler(LocalDate today, long seed) {
        this.today = today;
        this.random = new Random(seed);
    }

    /** An order with its lines. */
    record Sale(Map<String, Object> order, List<Map<String, Object>> lines) {}

    /** The rows of each table, by column; tables that are not there have none. */
    Map<String, List<Map<String, Object>>> tables(int orders) {
        var tables = new HashMap<String, List<Map<String, Object>>>();
        for (int i = 0; i < CUSTOMERS + SUPPLIERS; i++) {
            add(tables, "associate", associate(i));
        }
        for (int i = 0; i < PRODUCTS.length; i++) {
            add(tables, "product", product(i));
        }
        account(tables, RECEIVABLES, "Trade receivables");
        account(tables, VAT_PAYABLE, "VAT payable");
        account(tables, SALES, "Sales");
        LocalDate first = today.minusYears(YEARS);
        long days = today.toEpochDay() - first.toEpochDay();
        for (int i = 1; i <= orders; i++) {
            Sale sale = sale(i, first.plusDays(days * i / orders));
            add(tables, "order", sale.order());
            sale.lines().forEach(line -> add(tables, "orderLine", line));
            invoice(tables, sale);
        }
        return tables;
    }

    /** Those who work there. */
    List<Map<String, Object>> users() {
        return List.of(PEOPLE).stream().map(name -> stamped(today.minusYears(YEARS),
                values("userName", name.split(" ", 2)[0].toLowerCase(Locale.ROOT), "fullName", name))).toList();
    }

    /** What somebody orders today. */
    Sale sale(int number) {
        var sale = sale(number, today);
        sale.order().keySet().removeIf(column -> column.endsWith("Timestamp"));
        sale.lines().forEach(line -> line.keySet().removeIf(column -> column.endsWith("Timestamp")));
        return sale;
    }

    private Sale sale(int number, LocalDate day) {
        int customer = random.nextInt(CUSTOMERS);
        var discount = new BigDecimal(customer % 4 == 0 ? 10 : customer % 3 == 0 ? 5 : 0);
        var delivery = earlier(day.plusDays(1L + random.nextInt(7)));
        var lines = new ArrayList<Map<String, Object>>();
        var ordered = new java.util.TreeSet<Integer>();
        int count = 1 + random.nextInt(5);
        while (ordered.size() < count) {
            ordered.add(random.nextInt(PRODUCTS.length));
        }
        for (int each : ordered) {
            var line = values("orderNo", number, "lineNo", lines.size() + 1, "productNo", productNo(each), "quantity",
                    new BigDecimal(1 + random.nextInt(20)), "deliveryDate", number(delivery));
            price(line, discount);
            lines.add(stamped(day, line));
        }
        return new Sale(stamped(day, values("orderNo", number, "customerNo", FIRST_CUSTOMER + customer, "orderDate",
                number(day), "requiredDeliveryDate", number(delivery), "orderType", 1, "ourReference",
                PEOPLE[customer % PEOPLE.length], "orderAmountDomestic", sum(lines), "discountPercent", discount)),
                lines);
    }

    /** What a line of an order says of its product, where whoever ordered has not said it. */
    static void price(Map<String, Object> line, BigDecimal discount) {
        for (int i = 0; i < PRODUCTS.length; i++) {
            if (productNo(i).equals(line.get("productNo"))) {
                line.putIfAbsent("description", name(i));
                line.putIfAbsent("priceInCurrency", price(i));
            }
        }
        if (line.get("priceInCurrency") != null && line.get("quantity") != null) {
            line.putIfAbsent("amountDomestic",
                    money(decimal(line.get("quantity")).multiply(decimal(line.get("priceInCurrency")))
                            .multiply(HUNDRED.subtract(discount)).movePointLeft(2)));
        }
    }

    /** What lines amount to. */
    static BigDecimal sum(Iterable<? extends Map<String, ?>> lines) {
        BigDecimal sum = money(BigDecimal.ZERO);
        for (Map<String, ?> line : lines) {
            sum = sum.add(decimal(line.get("amountDomestic")));
        }
        return sum;
    }

    /** What VAT is on an amount. */
    static BigDecimal vat(BigDecimal amount) {
        return money(amount.multiply(VAT));
    }

    private Map<String, Object> associate(int i) {
        String[] place = PLACES[i % PLACES.length].split("\\|", -1);
        boolean isCustomer = i < CUSTOMERS;
        String trade = isCustomer ? TRADES[i / PLACES.length] : "Import";
        String name = place[0] + " " + trade;
        return stamped(today.minusYears(YEARS),
                values("associateNo", i + 1, "customerNo", isCustomer ? FIRST_CUSTOMER + i : 0, "supplierNo",
                        isCustomer ? 0 : FIRST_SUPPLIER + i - CUSTOMERS, "name", name + " " + place[2], "shortName",
                        name, "emailAddress", "post@" + domain(name) + ".example", "phone",
                        place[3] + " " + (20_000_000 + i * 7919), "addressLine1",
                        STREETS[i % STREETS.length] + " " + (i % 60 + 1), "postCode", place[1], "customerPreferences",
                        1, "creditLimit", money(new BigDecimal(isCustomer ? 50_000 : 0))));
    }

    private static String domain(String name) {
        return java.text.Normalizer.normalize(name.toLowerCase(Locale.ROOT).replace("ø", "o").replace("æ", "ae"),
                java.text.Normalizer.Form.NFD).replaceAll("[^a-z]", "");
    }

    private Map<String, Object> product(int i) {
        int stock = random.nextInt(400);
        return stamped(today.minusYears(YEARS), values("productNo", productNo(i), "description", name(i), "price1",
                price(i), "stockBalance", new BigDecimal(stock), "productType", 1, "inStock", stock > 0));
    }

    private void account(Map<String, List<Map<String, Object>>> tables, int number, String name) {
        add(tables, "generalLedgerAccount",
                stamped(today.minusYears(YEARS), values("accountNo", number, "name", name)));
    }

    /** Once the customer should have paid. */
    private void invoice(Map<String, List<Map<String, Object>>> tables, Sale sale) {
        LocalDate day = day((Integer) sale.order().get("orderDate"));
        LocalDate due = day.plusDays(DAYS_TO_PAY);
        if (due.isAfter(today)) {
            return;
        }
        int number = (Integer) sale.order().get("orderNo");
        var net = (BigDecimal) sale.order().get("orderAmountDomestic");
        BigDecimal gross = net.add(vat(net));
        boolean isPaid = due.plusDays(30).isBefore(today);
        add(tables, "customerTransaction", stamped(day,
                values("voucherJournalNo", number, "auditNo", 1, "customerNo", sale.order().get("customerNo"),
                        "invoiceNo", Integer.toString(100_000 + number), "dueDate", number(due), "amountDomestic",
                        gross, "remainingAmountDomestic", isPaid ? money(BigDecimal.ZERO) : gross)));
        var postings = List.of(Map.entry(RECEIVABLES, gross), Map.entry(SALES, net.negate()),
                Map.entry(VAT_PAYABLE, vat(net).negate()));
        for (int i = 0; i < postings.size(); i++) {
            add(tables, "generalLedgerTransaction",
                    stamped(day,
                            values("voucherJournalNo", number, "auditNo", i + 1, "accountNo", postings.get(i).getKey(),
                                    "voucherDate", number(day), "postedAmountDomestic", postings.get(i).getValue(),
                                    "description", "Invoice " + (100_000 + number))));
        }
    }

    /** With the columns that every table has. */
    private Map<String, Object> stamped(LocalDate day, Map<String, Object> row) {
        // before the day began, so that it is not in the future
        LocalDate written = day.equals(today) ? day.minusDays(1) : day;
        int minute = 8 * 60 + random.nextInt(8 * 60);
        String stamp = String.format(Locale.ROOT, "%s %02d:%02d:%02d.%07d", written, minute / 60, minute % 60,
                random.nextInt(60), random.nextInt(10_000_000));
        String user = PEOPLE[random.nextInt(PEOPLE.length)].split(" ", 2)[0].toLowerCase(Locale.ROOT);
        for (String what : Set.of("created", "changed")) {
            row.put(what + "Date", number(written));
            row.put(what + "Time", minute / 60 * 100 + minute % 60);
            row.put(what + "ByUser", user);
            row.put(what + "Timestamp", stamp);
        }
        return row;
    }

    private LocalDate earlier(LocalDate day) {
        return day.isAfter(today) ? today : day;
    }

    private static String productNo(int i) {
        return Integer.toString(1001 + i);
    }

    private static String name(int i) {
        return PRODUCTS[i].substring(0, PRODUCTS[i].indexOf('|'));
    }

    private static BigDecimal price(int i) {
        return money(new BigDecimal(PRODUCTS[i].substring(PRODUCTS[i].indexOf('|') + 1)));
    }

    private static BigDecimal money(BigDecimal amount) {
        return amount.setScale(2, RoundingMode.HALF_UP);
    }

    private static BigDecimal decimal(Object number) {
        return new BigDecimal(number.toString());
    }

    /** As the server writes a date. */
    private static int number(LocalDate day) {
        return day.getYear() * 10_000 + day.getMonthValue() * 100 + day.getDayOfMonth();
    }

    private static LocalDate day(int number) {
        return LocalDate.of(number / 10_000, number / 100 % 100, number % 100);
    }

    private static Map<String, Object> values(Object... namesAndValues) {
        var values = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return values;
    }

    private static void add(Map<String, List<Map<String, Object>>> tables, String table, Map<String, Object> row) {
        tables.computeIfAbsent(table, each -> new ArrayList<>()).add(row);
    }
}
