package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.token.RefreshToken;

/** The use of a refresh token (RFC 6749, section 6), and what its answer says of the token. */
record RefreshGrant(ConnectLine line) {

    /** Uses a refresh token, once. */
    Refresh refresh(String refreshToken, Duration atMost) {
        HTTPRequest request;
        try {
            // RFC 6749, section 6: a refresh without a scope is for what was granted
            request = line.tokenRequest(line.endpoints(), new RefreshTokenGrant(new RefreshToken(refreshToken)), null);
        } catch (ConnectUnreachable e) {
            return new Refresh.Unused(e.reason(), Optional.empty());
        }
        try {
            return judged(request, line.ask(request, atMost));
        } catch (ConnectUnreachable e) {
            return e.isUnsent() ? new Refresh.Unused(e.reason(), Optional.empty()) : new Refresh.Lost(e.reason());
        }
    }

    private Refresh judged(HTTPRequest request, ConnectAnswer response) {
        int status = response.status();
        if (response.isSuccess()) {
            try {
                return new Refresh.Refreshed(line.tokens(request, response).tokens());
            } catch (ConnectUnreachable e) {
                return new Refresh.Lost(e.reason());
            }
        }
        var refusal = NotAToken.of(response, SentSecrets.in(request));
        if (refusal.error().equals("invalid_grant")) {
            return new Refresh.Invalid();
        }
        // what a server says that fails while it works on a request, and a gateway that has passed it on
        return status == 500 || status == 502 || status == 504
                ? new Refresh.Lost(line.reason(refusal))
                : new Refresh.Unused(line.reason(refusal), response.retryAfter());
    }
}
