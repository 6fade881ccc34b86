package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Authorizer.Verdict;
import dev.wherry.apiserver.request.Selectors;
import java.util.List;
import java.util.Map;

/** Questions to the authoriser (library/authz.go). */
final class AuthorizerFunctions {
  private static final String PREFIX = "kubernetes.authorization.";
  static final CelType AUTHORIZER = OpaqueType.create(PREFIX + "Authorizer");
  static final CelType RESOURCE_CHECK = OpaqueType.create(PREFIX + "ResourceCheck");
  static final CelType PATH_CHECK = OpaqueType.create(PREFIX + "PathCheck");
  static final CelType GROUP_CHECK = OpaqueType.create(PREFIX + "GroupCheck");
  static final CelType DECISION = OpaqueType.create(PREFIX + "Decision");
  private static final CelType TEXT = SimpleType.STRING;

  private AuthorizerFunctions() {}

  /** A question about a path. */
  record PathCheck(Asking asking, String path) {}

  /** A question about resources of a group. */
  record GroupCheck(Asking asking, String group) {}

  static List<CelFunction> all() {
    return List.of(
        member("path", "authorizer_path", PATH_CHECK, List.of(AUTHORIZER, TEXT), a -> path(a)),
        member(
            "group",
            "authorizer_group",
            GROUP_CHECK,
            List.of(AUTHORIZER, TEXT),
            a -> new GroupCheck((Asking) a[0], (String) a[1])),
        member(
            "serviceAccount",
            "authorizer_serviceaccount",
            AUTHORIZER,
            List.of(AUTHORIZER, TEXT, TEXT),
            a -> ((Asking) a[0]).as((String) a[1], (String) a[2])),
        member(
            "resource",
            "groupcheck_resource",
            RESOURCE_CHECK,
            List.of(GROUP_CHECK, TEXT),
            a -> resource((GroupCheck) a[0], (String) a[1])),
        narrowed("subresource", (check, value) -> check.subresource(value)),
        narrowed("namespace", (check, value) -> check.namespace(value)),
        narrowed("name", (check, value) -> check.name(value)),
        narrowed("fieldSelector", (check, value) -> check.fields(value)),
        narrowed("labelSelector", (check, value) -> check.labels(value)),
        member(
            "check",
            "pathcheck_check",
            DECISION,
            List.of(PATH_CHECK, TEXT),
            a -> check((PathCheck) a[0], (String) a[1])),
        member(
            "check",
            "resourcecheck_check",
            DECISION,
            List.of(RESOURCE_CHECK, TEXT),
            a -> ((Asking.Resource) a[0]).check((String) a[1])),
        member(
            "allowed",
            "decision_allowed",
            SimpleType.BOOL,
            List.of(DECISION),
            a -> a[0] instanceof Verdict.Allowed),
        member("reason", "decision_reason", TEXT, List.of(DECISION), a -> reason((Verdict) a[0])),
        member(
            "errored",
            "decision_errored",
            SimpleType.BOOL,
            List.of(DECISION),
            a -> !error((Verdict) a[0]).isEmpty()),
        member("error", "decision_error", TEXT, List.of(DECISION), a -> error((Verdict) a[0])));
  }

  /** Says more about a resource. */
  @FunctionalInterface
  private interface Narrowing {
    Asking.Resource of(Asking.Resource check, String value);
  }

  private static CelFunction narrowed(String name, Narrowing narrowing) {
    return member(
        name,
        "resourcecheck_" + name.toLowerCase(java.util.Locale.ROOT),
        RESOURCE_CHECK,
        List.of(RESOURCE_CHECK, TEXT),
        a -> narrowing.of((Asking.Resource) a[0], (String) a[1]));
  }

  private static Object path(Object[] arguments) {
    String path = ((String) arguments[1]).trim();
    if (path.isEmpty()) {
      throw new IllegalArgumentException("path must not be empty");
    }
    return new PathCheck((Asking) arguments[0], path);
  }

  private static Object resource(GroupCheck group, String resource) {
    if (resource.trim().isEmpty()) {
      throw new IllegalArgumentException("resource must not be empty");
    }
    return group.asking().about(group.group(), resource);
  }

  private static Verdict check(PathCheck check, String verb) {
    Asking asking = check.asking();
    return asking.authorizer().authorize(AccessRequest.path(asking.user(), verb, check.path()));
  }

  private static String reason(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed(String why) -> why;
      case Verdict.NoOpinion(String why, _) -> why;
      case Verdict.Denied(String why, _) -> why;
    };
  }

  private static String error(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed _ -> "";
      case Verdict.NoOpinion(_, String error) -> error;
      case Verdict.Denied(_, String error) -> error;
    };
  }

  /** The value of {@code authorizer}. */
  record Asking(UserInfo user, Authorizer authorizer) {
    Asking as(String namespace, String name) {
      UserInfo account =
          new UserInfo(
                  UserInfo.serviceAccountName(namespace, name),
                  "",
                  UserInfo.serviceAccountGroups(namespace),
                  Map.of())
              .authenticated();
      return new Asking(account, authorizer);
    }

    Resource about(String group, String resource) {
      return new Resource(this, group, resource, "", "", "", Selectors.NONE);
    }

    /** The value of {@code authorizer.requestResource}, and of what asks about others. */
    record Resource(
        Asking asking,
        String group,
        String resource,
        String subresource,
        String namespace,
        String name,
        Selectors selectors) {
      Resource subresource(String value) {
        return new Resource(asking, group, resource, value, namespace, name, selectors);
      }

      Resource namespace(String value) {
        return new Resource(asking, group, resource, subresource, value, name, selectors);
      }

      Resource name(String value) {
        return new Resource(asking, group, resource, subresource, namespace, value, selectors);
      }

      Resource fields(String text) {
        Selectors narrower = new Selectors(Selectors.fields(text), selectors.labels());
        return new Resource(asking, group, resource, subresource, namespace, name, narrower);
      }

      Resource labels(String text) {
        Selectors narrower = new Selectors(selectors.fields(), Selectors.labels(text));
        return new Resource(asking, group, resource, subresource, namespace, name, narrower);
      }

      Verdict check(String verb) {
        AccessRequest question =
            AccessRequest.resource(
                asking.user(), verb, group, resource, subresource, namespace, name);
        return asking.authorizer().authorize(question.selecting(selectors));
      }
    }
  }
}
