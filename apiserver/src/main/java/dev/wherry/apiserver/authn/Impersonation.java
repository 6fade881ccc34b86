package dev.wherry.apiserver.authn;

import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code Impersonate-*} headers (upstream: "User impersonation").
 *
 * @param user the user to become
 * @param uid "" for none
 * @param groups the groups asked for
 * @param extra keys in lower case
 */
public record Impersonation(
    String user, String uid, List<String> groups, Map<String, List<String>> extra) {
  private static final String AUTHENTICATION = "authentication.k8s.io";
  private static final String EXTRA_PREFIX = "impersonate-extra-";
  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  /** Copies the collections. */
  public Impersonation {
    groups = List.copyOf(groups);
    extra = Map.copyOf(extra);
  }

  /**
   * What the headers ask for, if anything.
   *
   * @param headers name and value of each, in order; names in any case
   * @throws ApiException BAD_REQUEST when groups, uid or extra come without a user
   */
  public static Optional<Impersonation> fromHeaders(
      Iterable<? extends Map.Entry<String, String>> headers) {
    String user = "";
    String uid = "";
    List<String> groups = new ArrayList<>();
    Map<String, List<String>> extra = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!name.startsWith("impersonate-")) {
        continue;
      }
      switch (name) {
        case "impersonate-user" -> user = header.getValue();
        case "impersonate-uid" -> uid = header.getValue();
        case "impersonate-group" -> groups.add(header.getValue());
        default -> {
          if (name.startsWith(EXTRA_PREFIX)) {
            String key = decodeKey(name.substring(EXTRA_PREFIX.length()));
            extra.computeIfAbsent(key, _ -> new ArrayList<>()).add(header.getValue());
          }
        }
      }
    }
    if (!user.isEmpty()) {
      return Optional.of(new Impersonation(user, uid, groups, extra));
    }
    if (!uid.isEmpty() || !groups.isEmpty() || !extra.isEmpty()) {
      throw ApiException.badRequest("requested impersonation without impersonating a user");
    }
    return Optional.empty();
  }

  /**
   * The user to go on as.
   *
   * @throws ApiException FORBIDDEN when {@code caller} may not become that
   */
  public UserInfo apply(UserInfo caller, Authorizer authorizer) {
    Optional<String[]> account = serviceAccount();
    if (account.isPresent()) {
      String[] parts = account.get();
      check(authorizer, caller, "", "serviceaccounts", "", parts[0], parts[1]);
    } else {
      check(authorizer, caller, "", "users", "", "", user);
    }
    for (String group : groups) {
      check(authorizer, caller, "", "groups", "", "", group);
    }
    if (!uid.isEmpty()) {
      check(authorizer, caller, AUTHENTICATION, "uids", "", "", uid);
    }
    extra.forEach((key, values) ->
        values.forEach(
            value -> check(authorizer, caller, AUTHENTICATION, "userextras", key, "", value)));
    return become(account);
  }

  private UserInfo become(Optional<String[]> account) {
    List<String> all = new ArrayList<>(groups);
    if (account.isPresent() && groups.isEmpty()) {
      all.addAll(UserInfo.serviceAccountGroups(account.get()[0]));
    }
    if (user.equals(UserInfo.ANONYMOUS.name())) {
      if (!all.contains(UserInfo.UNAUTHENTICATED)) {
        all.add(UserInfo.UNAUTHENTICATED);
      }
      return new UserInfo(user, uid, all, extra);
    }
    return new UserInfo(user, uid, all, extra).authenticated();
  }

  private Optional<String[]> serviceAccount() {
    if (!user.startsWith(SERVICE_ACCOUNT)) {
      return Optional.empty();
    }
    String[] parts = user.substring(SERVICE_ACCOUNT.length()).split(":", -1);
    return parts.length == 2 && !parts[0].isEmpty() && !parts[1].isEmpty()
        ? Optional.of(parts)
        : Optional.empty();
  }

  private static void check(
      Authorizer authorizer,
      UserInfo caller,
      String group,
      String resource,
      String subresource,
      String namespace,
      String name) {
    AccessRequest request =
        AccessRequest.resource(
            caller, "impersonate", group, resource, subresource, namespace, name);
    if (!authorizer.allows(request)) {
      throw Refusals.forbidden(new Resource(group, resource), name, request.refusal());
    }
  }

  private static String decodeKey(String key) {
    try {
      return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8)
          .toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException _) {
      return key;
    }
  }
}
