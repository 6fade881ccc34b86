package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * MutatingWebhookConfiguration and ValidatingWebhookConfiguration
 * (kubernetes/pkg/apis/admissionregistration/validation).
 */
final class WebhookRules {
  private static final int TIMEOUT_SECONDS_MAX = 30;
  private static final int PORT_MAX = 65_535;
  private static final int NAME_SEGMENTS_MIN = 3;
  private static final List<String> REVIEWS = List.of("v1", "v1beta1");
  private static final String FORM = "; desired format: https://host[/path]";

  private WebhookRules() {}

  static void configuration(Field configuration) {
    Set<String> names = new HashSet<>();
    for (Field hook : configuration.child("webhooks").items()) {
      webhook(hook);
      Field name = hook.child("name");
      if (name.hasText() && !names.add(name.text())) {
        name.errors().duplicate(name.path(), name.node());
      }
    }
  }

  private static void webhook(Field hook) {
    qualifiedName(hook.child("name"));
    hook.child("rules").items().forEach(AdmissionRules::rule);
    hook.optional("failurePolicy").oneOf(List.of("Fail", "Ignore"));
    hook.optional("matchPolicy").oneOf(List.of("Equivalent", "Exact"));
    hook.optional("reinvocationPolicy").oneOf(List.of("IfNeeded", "Never"));
    Field effects = hook.optional("sideEffects");
    if (!effects.present()) {
      effects.require("must specify one of None, NoneOnDryRun");
    }
    effects.oneOf(List.of("None", "NoneOnDryRun"));
    Field timeout = hook.child("timeoutSeconds");
    if (timeout.present() && (timeout.number() < 1 || timeout.number() > TIMEOUT_SECONDS_MAX)) {
      timeout.invalid("the timeout value must be between 1 and 30 seconds");
    }
    SelectorRules.labelSelector(hook.child("namespaceSelector"));
    SelectorRules.labelSelector(hook.child("objectSelector"));
    client(hook.child("clientConfig"));
    reviewVersions(hook.child("admissionReviewVersions"));
    AdmissionRules.conditions(hook.child("matchConditions"), false);
  }

  private static void qualifiedName(Field name) {
    if (!name.require()) {
      return;
    }
    List<String> mistakes = NameRules.subdomain(name.text());
    mistakes.forEach(name::invalid);
    if (mistakes.isEmpty() && name.text().split("\\.", -1).length < NAME_SEGMENTS_MIN) {
      name.invalid("should be a domain with at least three segments separated by dots");
    }
  }

  private static void reviewVersions(Field versions) {
    if (versions.node().isEmpty()) {
      versions.errors().required(versions.path(), "must specify one of v1, v1beta1");
      return;
    }
    Set<String> seen = new HashSet<>();
    boolean recognised = false;
    for (Field version : versions.items()) {
      if (!seen.add(version.text())) {
        version.invalid("duplicate version");
        continue;
      }
      NameRules.label1035(version.text()).forEach(version::invalid);
      recognised |= REVIEWS.contains(version.text());
    }
    if (!recognised) {
      versions.invalid("must include at least one of v1, v1beta1");
    }
  }

  private static void client(Field client) {
    Field url = client.child("url");
    Field service = client.child("service");
    if (url.present() == service.present()) {
      client.errors().required(client.path(), "exactly one of url or service is required");
    } else if (url.present()) {
      url(url);
    } else {
      service(service);
    }
  }

  private static void url(Field field) {
    URI url;
    try {
      url = new URI(field.text());
    } catch (URISyntaxException e) {
      field.errors().required(field.path(), "url must be a valid URL: " + e.getMessage() + FORM);
      return;
    }
    if (!"https".equals(url.getScheme())) {
      shown(field, url.getScheme(), "'https' is the only allowed URL scheme" + FORM);
    }
    if (url.getHost() == null) {
      shown(field, "", "host must be specified" + FORM);
    }
    if (url.getUserInfo() != null) {
      shown(field, url.getUserInfo(), "user information is not permitted in the URL");
    }
    if (url.getFragment() != null) {
      shown(field, url.getFragment(), "fragments are not permitted in the URL");
    }
    if (url.getQuery() != null) {
      shown(field, url.getQuery(), "query parameters are not permitted in the URL");
    }
  }

  private static void shown(
      Field field, @org.jspecify.annotations.Nullable String part, String detail) {
    field.errors().invalid(field.path(), part == null ? "" : part, detail);
  }

  private static void service(Field service) {
    // Upstream hands name and namespace over the other way round: each is told of the other's
    // place.
    Field name = service.child("name");
    Field namespace = service.child("namespace");
    if (!namespace.hasText()) {
      service.errors().required(name.path(), "");
    }
    if (!name.hasText()) {
      service.errors().required(namespace.path(), "");
    }
    Field port = service.child("port");
    if (port.present() && (port.number() < 1 || port.number() > PORT_MAX)) {
      port.invalid("port is not valid: must be between 1 and 65535, inclusive");
    }
    Field path = service.child("path");
    if (path.hasText() && !path.is("/")) {
      path(path);
    }
  }

  private static void path(Field path) {
    if (path.is("//")) {
      path.invalid("segment[0] may not be empty");
      return;
    }
    if (!path.text().startsWith("/")) {
      path.invalid("must start with a '/'");
    }
    String inner = path.text().substring(1);
    String[] steps =
        (inner.endsWith("/") ? inner.substring(0, inner.length() - 1) : inner).split("/", -1);
    for (int i = 0; i < steps.length; i++) {
      if (steps[i].isEmpty()) {
        path.invalid("segment[" + i + "] may not be empty");
        continue;
      }
      for (String mistake : NameRules.subdomain(steps[i])) {
        path.invalid("segment[" + i + "]: " + mistake);
      }
    }
  }
}
