package dev.wherry.apiserver.request;

import dev.wherry.model.status.ApiException;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The parameters behind the question mark. */
public final class Query {
  /** Parameters of one request; more are refused by the decoder's limit. */
  private static final int PARAMETERS_MAX = 256;

  private final Map<String, List<String>> parameters;
  private final String raw;

  private Query(Map<String, List<String>> parameters, String raw) {
    this.parameters = parameters;
    this.raw = raw;
  }

  /** Of a whole request target: {@code /path?a=b}. */
  public static Query of(String target) {
    int mark = target.indexOf('?');
    if (mark < 0) {
      return new Query(Map.of(), "");
    }
    QueryStringDecoder decoder =
        new QueryStringDecoder(
            target, java.nio.charset.StandardCharsets.UTF_8, true, PARAMETERS_MAX);
    return new Query(decoder.parameters(), target.substring(mark + 1));
  }

  /** The path of a whole request target. */
  public static String path(String target) {
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /** As it was sent, without the question mark. */
  public String raw() {
    return raw;
  }

  /** The first value, or "". */
  public String text(String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.getFirst();
  }

  public List<String> all(String name) {
    return parameters.getOrDefault(name, List.of());
  }

  public boolean has(String name) {
    return parameters.containsKey(name);
  }

  /** True for {@code 1}, {@code true} and an empty value, as upstream converts booleans. */
  public boolean flag(String name) {
    if (!parameters.containsKey(name)) {
      return false;
    }
    String value = text(name);
    return !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  public Optional<Boolean> optionalFlag(String name) {
    return parameters.containsKey(name) ? Optional.of(flag(name)) : Optional.empty();
  }

  /**
   * @throws ApiException 400 when the value is no number
   */
  public OptionalLong number(String name) {
    String value = text(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("strconv.ParseInt: parsing \"" + value + "\": invalid syntax");
    }
  }

  /** What the request is narrowed to. */
  Selectors selectors() {
    return Selectors.parse(text("fieldSelector"), text("labelSelector"));
  }
}
