package dev.nxtsync.sandbox;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import com.nimbusds.oauth2.sdk.Scope;

/** The page on which people sign in and choose their tenant, and the way back. */
final class AuthorizePage {
    private final Map<String, String> request;

    AuthorizePage(Map<String, String> request) {
        this.request = request;
    }

    /** What is wrong with the request so that the person cannot be sent back; empty if nothing is. */
    String flaw() {
        if (!VismaConnect.CLIENT.equals(request.get("client_id"))) {
            return "unknown client";
        }
        String redirect = request.getOrDefault("redirect_uri", "");
        return redirect.matches("https?://[^/]+/connections/[a-z0-9]+/callback")
                ? ""
                : "redirect_uri is not registered";
    }

    String form() {
        return """
                <!DOCTYPE html><html lang="en"><head><title>Visma Connect (sandbox)</title>
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <style>:root{font:1rem/2.5 system-ui,sans-serif}main{max-width:20rem;margin:2rem auto}
                label,button,select{display:block;width:100%%;font:inherit}button{margin-top:1rem}</style></head>
                <body><main><h1>Sign in</h1>
                <form method="post" action="/connect/authorize/answer">%s
                <label>Person <select name="person" id="person">%s</select></label>
                <label>Tenant <select name="tenant" id="tenant">%s</select></label>
                <button name="answer" value="allow" id="allow">Sign in</button>
                <button name="answer" value="deny" id="deny">Cancel</button></form></main></body></html>
                """.formatted(hidden(request), options(Persons.ALL.keySet()), options(Persons.TENANTS.keySet()));
    }

    static String error(String why) {
        return "<!DOCTYPE html><html><body><h1>Something went wrong</h1><p>" + why
                + "</p><p>Error-ID: 0HN7SANDBOX</p></body></html>";
    }

    /** What the person is sent back with, after the form was sent. */
    Map<String, String> answer(Persons persons, String issuer, String reduced) {
        var answer = new LinkedHashMap<String, String>();
        if (!"code".equals(request.get("response_type")) || !"S256".equals(request.get("code_challenge_method"))
                || request.getOrDefault("nonce", "").isEmpty()) {
            answer.put("error", "invalid_request");
        } else if (!VismaConnect.GRANTED_TO_USERS.toStringList()
                .containsAll(Scope.parse(request.getOrDefault("scope", "")).toStringList())) {
            answer.put("error", "invalid_scope");
        } else if ("deny".equals(request.get("answer"))) {
            answer.put("error", "access_denied");
        } else {
            var scope = Scope.parse(reduced.isEmpty() ? request.getOrDefault("scope", "") : reduced);
            answer.put("code", persons.agree(request.get("person"), request.get("tenant"), request, scope));
        }
        answer.put("state", request.getOrDefault("state", ""));
        answer.put("iss", issuer);
        return answer;
    }

    boolean isFormPost() { return "form_post".equals(request.get("response_mode")); }

    String redirect(Map<String, String> answer) {
        return request.get("redirect_uri") + "?"
                + answer.entrySet().stream()
                        .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }

    /** A page that posts itself to the client. */
    String post(Map<String, String> answer) {
        return "<!DOCTYPE html><html><body onload=\"document.forms[0].submit()\"><form method=\"post\" action=\""
                + escaped(request.get("redirect_uri")) + "\">" + hidden(answer) + "</form></body></html>";
    }

    private static String hidden(Map<String, String> values) {
        return values.entrySet().stream().map(each -> "<input type=\"hidden\" name=\"" + escaped(each.getKey())
                + "\" value=\"" + escaped(each.getValue()) + "\">").collect(Collectors.joining());
    }

    private static String options(Iterable<String> names) {
        var options = new StringBuilder();
        names.forEach(name -> options.append("<option>").append(escaped(name)).append("</option>"));
        return options.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
