package dev.wherry.apiserver.authz.chain;

import dev.wherry.apiserver.authz.AuthorizerType;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An AuthorizationConfiguration file (apiserver.config.k8s.io). */
record AuthorizationConfig(List<Entry> authorizers) {
  /** Without a file. */
  static final AuthorizationConfig STANDARD =
      new AuthorizationConfig(
          List.of(Entry.builtIn(AuthorizerType.NODE), Entry.builtIn(AuthorizerType.RBAC)));

  AuthorizationConfig {
    authorizers = List.copyOf(authorizers);
  }

  /**
   * One who is asked.
   *
   * @param name of its own in the file
   * @param webhook of the type Webhook
   */
  record Entry(AuthorizerType type, String name, Optional<WebhookSettings> webhook) {
    static Entry builtIn(AuthorizerType type) {
      return new Entry(type, type.text().toLowerCase(Locale.ROOT), Optional.empty());
    }
  }

  /**
   * Reads the bytes of a file.
   *
   * @throws ConfigException telling all that is wrong
   */
  static AuthorizationConfig parse(String file, byte[] bytes) {
    return ConfigNode.parse(
        file,
        bytes,
        "apiserver.config.k8s.io",
        "AuthorizationConfiguration",
        root -> of(root.only("apiVersion", "kind", "authorizers")));
  }

  private static AuthorizationConfig of(ConfigNode root) {
    List<Entry> entries = new ArrayList<>();
    Set<AuthorizerType> types = new HashSet<>();
    Set<String> names = new HashSet<>();
    List<ConfigNode> items = root.items("authorizers");
    if (items.isEmpty()) {
      root.wrong("authorizers", "Required value: at least one authorization mode must be defined");
    }
    for (ConfigNode item : items) {
      item.only("type", "name", "webhook");
      type(item)
          .filter(type -> isNew(item, type, types))
          .map(type -> entry(item, type, names))
          .ifPresent(entries::add);
    }
    return new AuthorizationConfig(entries);
  }

  private static Optional<AuthorizerType> type(ConfigNode item) {
    String text = item.required("type");
    Optional<AuthorizerType> known =
        Arrays.stream(AuthorizerType.values()).filter(t -> t.text().equals(text)).findFirst();
    if (known.isEmpty() && !text.isEmpty()) {
      String all =
          Arrays.stream(AuthorizerType.values())
              .map(type -> "\"" + type.text() + "\"")
              .collect(Collectors.joining(", "));
      item.wrong("type", "Unsupported value: \"" + text + "\": supported values: " + all);
    }
    return known;
  }

  private static boolean isNew(ConfigNode item, AuthorizerType type, Set<AuthorizerType> types) {
    if (types.add(type) || type == AuthorizerType.WEBHOOK) {
      return true;
    }
    item.wrong("type", "Duplicate value: \"" + type.text() + "\"");
    return false;
  }

  private static Entry entry(ConfigNode item, AuthorizerType type, Set<String> names) {
    String name = item.required("name");
    if (!name.isEmpty() && !names.add(name)) {
      item.wrong("name", "Duplicate value: \"" + name + "\"");
    }
    if (type != AuthorizerType.WEBHOOK) {
      Entry entry = Entry.builtIn(type);
      if (!name.isEmpty() && !name.equals(entry.name())) {
        item.wrong(
            "name",
            "expected name "
                + entry.name()
                + " for authorizer "
                + type.text()
                + " instead of "
                + name);
      }
      if (item.has("webhook")) {
        item.wrong("webhook", "Invalid value: may only be specified when type=Webhook");
      }
      return entry;
    }
    WebhookSettings.checkName(item, name);
    if (!item.has("webhook")) {
      item.wrong("webhook", "Required value: required when type=Webhook");
    }
    return new Entry(type, name, Optional.of(WebhookSettings.of(item.child("webhook"))));
  }

  /** The types that are no webhooks. */
  Set<AuthorizerType> builtIn() {
    return authorizers.stream()
        .map(Entry::type)
        .filter(type -> type != AuthorizerType.WEBHOOK)
        .collect(Collectors.toSet());
  }
}
