package dev.wherry.kubelet.identity;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node is given to join: {@code wherry1.<sha256 of the CA's DER in hex>.<id>.<secret>}.
 *
 * @param caHash lower-case hex
 * @param bootstrapToken {@code id.secret}, a bearer token
 */
public record JoinToken(String caHash, String bootstrapToken) {
  private static final String PREFIX = "wherry1.";
  private static final Pattern FORM =
      Pattern.compile("wherry1\\.([0-9a-fA-F]{64})\\.([a-z0-9]{6})\\.([a-z0-9]{16})");

  /**
   * @throws IllegalArgumentException when it is no join token; the text is not repeated
   */
  public static JoinToken parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "this is no join token; make one on the server with: wherry token create");
    }
    return new JoinToken(
        matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2) + "." + matcher.group(3));
  }

  /** The text to give to a node, secret included. */
  public String text() {
    return PREFIX + caHash + "." + bootstrapToken;
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "JoinToken[caHash=" + caHash + "]";
  }
}
