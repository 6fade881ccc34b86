package dev.wherry.apiserver.authn;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bootstrap tokens {@code id.secret} from secrets {@code kube-system/bootstrap-token-<id>} of type
 * {@code bootstrap.kubernetes.io/token} (upstream: "Authenticating with Bootstrap Tokens").
 */
public final class BootstrapTokenAuthenticator implements Authenticator {
  private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
  private static final Pattern EXTRA_GROUP =
      Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
  private static final String TYPE = "bootstrap.kubernetes.io/token";
  private static final String GROUP = "system:bootstrappers";

  private final ObjectView view;
  private final InstantSource clock;

  /** Looks the secrets up at each request. */
  public BootstrapTokenAuthenticator(ObjectView view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    Matcher token = TOKEN.matcher(credentials.bearerToken().orElse(""));
    if (!token.matches()) {
      return new Outcome.NotMine();
    }
    String id = token.group(1);
    Optional<? extends JsonNode> secret =
        view.get(Resource.SECRETS, "kube-system", "bootstrap-token-" + id);
    if (secret.isEmpty()) {
      return new Outcome.Refused("no bootstrap token " + id);
    }
    return judge(id, token.group(2), secret.get());
  }

  private Outcome judge(String id, String tokenSecret, JsonNode secret) {
    if (!Trees.text(secret, "type").equals(TYPE)
        || !Trees.text(secret, "metadata", "deletionTimestamp").isEmpty()) {
      return new Outcome.Refused("secret of bootstrap token " + id + " is no token or going away");
    }
    byte[] expected = data(secret, "token-secret").getBytes(StandardCharsets.UTF_8);
    if (expected.length == 0
        || !MessageDigest.isEqual(expected, tokenSecret.getBytes(StandardCharsets.UTF_8))) {
      return new Outcome.Refused("wrong secret for bootstrap token " + id);
    }
    if (!data(secret, "token-id").equals(id)) {
      return new Outcome.Refused("token-id in the secret is not " + id);
    }
    if (isExpired(data(secret, "expiration"))) {
      return new Outcome.Refused("bootstrap token " + id + " expired");
    }
    if (!data(secret, "usage-bootstrap-authentication").equals("true")) {
      return new Outcome.Refused("bootstrap token " + id + " is not for authentication");
    }
    return groups(data(secret, "auth-extra-groups"))
        .<Outcome>map(groups ->
            new Outcome.Known(
                new UserInfo("system:bootstrap:" + id, "", groups, Map.of()).authenticated()))
        .orElseGet(() -> new Outcome.Refused("bootstrap token " + id + " names a wrong group"));
  }

  /** A date that cannot be read counts as past: a damaged limit must not become none. */
  private boolean isExpired(String expiration) {
    if (expiration.isEmpty()) {
      return false;
    }
    try {
      return !clock.instant().isBefore(OffsetDateTime.parse(expiration).toInstant());
    } catch (DateTimeParseException _) {
      return true;
    }
  }

  private static Optional<List<String>> groups(String extra) {
    List<String> groups = new ArrayList<>();
    groups.add(GROUP);
    for (String group : extra.split(",", -1)) {
      if (group.isEmpty()) {
        continue;
      }
      if (!EXTRA_GROUP.matcher(group).matches()) {
        return Optional.empty();
      }
      groups.add(group);
    }
    return Optional.of(groups);
  }

  private static String data(JsonNode secret, String key) {
    try {
      byte[] value = Base64.getDecoder().decode(Trees.text(secret, "data", key));
      return new String(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return "";
    }
  }
}
