package dev.nxtsync.support;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A person at a browser, step by step, so that a test can meddle with each step. Keeps its cookies by host and port, and fails
 * if a page of the daemon is hard to read.
 */
public final class Visitor {
    private static final Pattern FORM = Pattern.compile("<form [^>]*action=\"([^\"]+)\"");
    private static final Pattern INPUT = Pattern.compile("<input [^>]*name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private static final Pattern PAGE_OF_OURS = Pattern.compile("<title>[^<]* - nxt-sync</title>");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Map<String, String>> cookies = new HashMap<>();

    public HttpResponse<String> get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).GET(), url);
    }

    /** With a cookie that is not this visitor's own. */
    public HttpResponse<String> get(String url, String cookie) {
        return send(HttpRequest.newBuilder(URI.create(url)).header("Cookie", cookie).GET(), url);
    }

    public HttpResponse<String> head(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).method("HEAD", HttpRequest.BodyPublishers.noBody()), url);
    }

    public HttpResponse<String> post(String url, Map<String, String> form) {
        return send(HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encoded(form))), url);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String url) {
        String host = URI.create(url).getAuthority();
        var known = cookies.computeIfAbsent(host, each -> new LinkedHashMap<>());
        if (!known.isEmpty()) {
            request.header("Cookie", known.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue())
                    .collect(Collectors.joining("; ")));
        }
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            for (String cookie : response.headers().allValues("Set-Cookie")) {
                String[] pair = cookie.split(";", 2)[0].split("=", 2);
                known.put(pair[0], pair[1]);
            }
            if (PAGE_OF_OURS.matcher(response.body()).find()) {
                PlainMessage.refuse(PlainMessage.flawsOnPage(response.body()));
            }
            return response;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a link, and answers the address at which the person signs in. */
    public String open(String link) {
        return location(get(link));
    }

    /** Signs in as a person of the sandbox, and answers the address that the browser is sent back to. */
    public String agree(String authorization, String person, String tenant) {
        return location(answer(authorization, person, tenant, "allow"));
    }

    /** Answers what the sandbox says to a person who has chosen. */
    public HttpResponse<String> answer(String authorization, String person, String tenant, String answer) {
        var uri = URI.create(authorization);
        var form = new LinkedHashMap<>(query(authorization));
        form.put("person", person);
        form.put("tenant", tenant);
        form.put("answer", answer);
        return post(uri.getScheme() + "://" + uri.getAuthority() + "/connect/authorize/answer", form);
    }

    /** Sends a form that a page holds, as its script would, and answers where that leads. */
    public String submit(HttpResponse<String> page) {
        var action = FORM.matcher(page.body());
        if (!action.find()) {
            throw new AssertionError("there is no form: " + page.body());
        }
        var values = new LinkedHashMap<String, String>();
        var input = INPUT.matcher(page.body());
        while (input.find()) {
            values.put(input.group(1), input.group(2).replace("&amp;", "&"));
        }
        return location(post(action.group(1).replace("&amp;", "&"), values));
    }

    /** Follows redirects to their end. */
    public HttpResponse<String> follow(String url) {
        var response = get(url);
        while (response.statusCode() == 303 || response.statusCode() == 302) {
            response = get(location(response));
        }
        return response;
    }

    /** From the link to the page at the end. */
    public HttpResponse<String> signIn(String link, String person, String tenant) {
        return follow(agree(open(link), person, tenant));
    }

    /** The cookies of a host and port, by name. */
    public Map<String, String> cookies(String host) {
        return Map.copyOf(cookies.getOrDefault(host, Map.of()));
    }

    /** Has cookies of a host and port from before. */
    public void keep(String host, Map<String, String> before) {
        cookies.put(host, new LinkedHashMap<>(before));
    }

    /** Gives up all cookies. */
    public void forgetCookies() {
        cookies.clear();
    }

    public static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElseThrow(() -> new AssertionError(
                "HTTP " + response.statusCode() + " without a place to go: " + response.body()));
    }

    public static Map<String, String> query(String url) {
        var query = new LinkedHashMap<String, String>();
        for (String pair : List.of(URI.create(url).getRawQuery().split("&", -1))) {
            String[] sides = pair.split("=", 2);
            query.put(decoded(sides[0]), decoded(sides[1]));
        }
        return query;
    }

    /** The same address with another value of a parameter; without it, if the value is empty. */
    public static String with(String url, String name, String value) {
        var query = new LinkedHashMap<>(query(url));
        query.put(name, value);
        if (value.isEmpty()) {
            query.remove(name);
        }
        return url.substring(0, url.indexOf('?') + 1) + encoded(query);
    }

    private static String encoded(Map<String, String> values) {
        return values.entrySet().stream().map(each -> URLEncoder.encode(each.getKey(), StandardCharsets.UTF_8) + "="
                + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
