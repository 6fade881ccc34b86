package dev.wherry.apiserver.cel;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.Authorizer;

/** The values by which expressions ask what a user may do. */
public final class CelAuthorizer {
  private CelAuthorizer() {}

  /** The value of {@code authorizer}. */
  public static Object of(UserInfo user, Authorizer authorizer) {
    return new AuthorizerFunctions.Asking(user, authorizer);
  }

  /** The value of {@code authorizer.requestResource}. */
  public static Object resource(
      UserInfo user,
      Authorizer authorizer,
      String group,
      String resource,
      String subresource,
      String namespace,
      String name) {
    return new AuthorizerFunctions.Asking(user, authorizer)
        .about(group, resource)
        .subresource(subresource)
        .namespace(namespace)
        .name(name);
  }
}
