package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.List;
import java.util.regex.Pattern;

/** Rules of Ingresses and their classes (upstream's networking validation). */
final class IngressRules {
  private static final int PORT_MAX = 65_535;
  private static final int CONTROLLER_BYTES_MAX = 250;
  private static final List<String> PATH_TYPES =
      List.of("Exact", "ImplementationSpecific", "Prefix");
  private static final List<String> WRONG_IN_PATH = List.of("//", "/./", "/../", "%2f", "%2F");
  private static final List<String> WRONG_AT_END = List.of("/..", "/.");
  private static final String HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  private static final Pattern HTTP_PATH_PATTERN = Pattern.compile(HTTP_PATH);

  private IngressRules() {}

  static void ingress(Field ingress) {
    Field spec = ingress.child("spec");
    Field backend = spec.child("defaultBackend");
    List<Field> rules = spec.child("rules").items();
    if (rules.isEmpty() && !backend.present()) {
      spec.errors()
          .invalid(
              spec.path(),
              spec.child("rules").node(),
              "either `defaultBackend` or `rules` must be specified");
    }
    if (backend.present()) {
      backend(backend);
    }
    Field old = Field.root(ingress.errors().before(), new FieldErrors()).child("spec");
    boolean anyWildcard = old.child("rules").items().stream().anyMatch(IngressRules::isBadWildcard);
    rules.forEach(rule -> rule(rule, anyWildcard));
    boolean anySecret = old.child("tls").items().stream().anyMatch(IngressRules::isBadSecret);
    for (Field tls : spec.child("tls").items()) {
      tls.child("hosts").items().forEach(IngressRules::host);
      if (!anySecret) {
        tls.child("secretName").matches(NameRules::subdomain);
      }
    }
    spec.optional("ingressClassName").matches(NameRules::subdomain);
  }

  private static void host(Field host) {
    host.matches(host.text().contains("*") ? NameRules::wildcard : NameRules::subdomain);
  }

  /** Such as older servers stored; then later ones may be so too, as upstream lets them. */
  private static boolean isBadWildcard(Field rule) {
    FieldErrors errors = new FieldErrors();
    if (rule.child("host").text().contains("*")) {
      paths(Field.root(rule.node(), errors));
    }
    return !errors.causes().isEmpty();
  }

  private static boolean isBadSecret(Field tls) {
    Field name = tls.child("secretName");
    return name.hasText() && !NameRules.subdomain(name.text()).isEmpty();
  }

  private static void rule(Field rule, boolean anyWildcard) {
    Field host = rule.child("host");
    if (host.hasText() && Addresses.isV4(host.text())) {
      host.invalid("must be a DNS name, not an IP address");
    }
    host(host);
    if (!anyWildcard || !host.text().contains("*")) {
      paths(rule);
    }
  }

  private static void paths(Field rule) {
    Field http = rule.child("http");
    if (http.present()) {
      List<Field> paths = http.child("paths").items();
      if (paths.isEmpty()) {
        http.errors().required(http.child("paths").path(), "");
      }
      paths.forEach(IngressRules::path);
    }
  }

  private static void path(Field rule) {
    Field type = rule.optional("pathType");
    if (!type.present()) {
      type.require("pathType must be specified");
      return;
    }
    type.oneOf(PATH_TYPES);
    Field path = rule.child("path");
    String text = path.text();
    boolean exact = type.is("Exact") || type.is("Prefix");
    if ((exact || (type.is("ImplementationSpecific") && !text.isEmpty()))
        && !text.startsWith("/")) {
      path.invalid("must be an absolute path");
    }
    if (exact) {
      WRONG_IN_PATH.stream()
          .filter(text::contains)
          .forEach(wrong -> path.invalid("must not contain '" + wrong + "'"));
      WRONG_AT_END.stream()
          .filter(text::endsWith)
          .forEach(wrong -> path.invalid("cannot end with '" + wrong + "'"));
    }
    backend(rule.child("backend"));
  }

  private static void backend(Field backend) {
    Field resource = backend.child("resource");
    Field service = backend.child("service");
    if (resource.present() && service.present()) {
      mistake(backend, "cannot set both resource and service backends");
    } else if (resource.present()) {
      reference(resource);
    } else if (service.present()) {
      service.child("name").matches(NameRules::label).require();
      port(backend, service.child("port"));
    } else {
      mistake(backend, "resource or service backend is required");
    }
  }

  private static void port(Field backend, Field port) {
    Field name = port.child("name");
    Field number = port.child("number");
    if (name.hasText() && number.number() != 0) {
      mistake(backend, "cannot set both port name & port number");
    } else if (name.hasText()) {
      name.matches(NameRules::portName);
    } else if (number.number() != 0) {
      number.between(1, PORT_MAX);
    } else {
      backend.errors().required(backend.path(), "port name or number is required");
    }
  }

  /** Of the object as a whole, which upstream shows as an empty text. */
  private static void mistake(Field field, String detail) {
    field.errors().invalid(field.path(), "", detail);
  }

  private static void reference(Field reference) {
    reference.optional("apiGroup").matches(NameRules::subdomain);
    reference.child("kind").matches(NameRules::pathSegment).require();
    reference.child("name").matches(NameRules::pathSegment).require();
  }

  static void ingressClass(Field ingressClass) {
    Field spec = ingressClass.child("spec");
    controller(spec.child("controller"));
    Field parameters = spec.child("parameters");
    if (!parameters.present()) {
      return;
    }
    reference(parameters);
    Field scope = parameters.optional("scope");
    Field namespace = parameters.optional("namespace");
    if (!scope.present()) {
      scope.require();
      return;
    }
    scope.oneOf(List.of("Cluster", "Namespace"));
    if (scope.is("Namespace")) {
      namespace.matches(NameRules::label);
      if (!namespace.present()) {
        namespace.require("`parameters.scope` is set to 'Namespace'");
      }
    } else if (scope.is("Cluster") && namespace.present()) {
      namespace.forbidden("`parameters.scope` is set to 'Cluster'");
    }
  }

  private static void controller(Field controller) {
    if (!controller.require()) {
      return;
    }
    String text = controller.text();
    if (text.length() > CONTROLLER_BYTES_MAX) {
      controller.errors().tooLong(controller.path(), CONTROLLER_BYTES_MAX);
    }
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      controller.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
      return;
    }
    NameRules.subdomain(text.substring(0, slash)).forEach(controller::invalid);
    if (!HTTP_PATH_PATTERN.matcher(text.substring(slash + 1)).matches()) {
      controller.invalid("Invalid path (regex used for validation is '" + HTTP_PATH + "')");
    }
  }

  static void ingressClassUpdate(Field now, Field before) {
    KindRules.immutable(now.at("spec", "controller"), before.at("spec", "controller"));
  }
}
