package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.Selectors;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;

/** The spec of a SubjectAccessReview (authorization.k8s.io/v1), read and written. */
public final class ReviewSpec {
  private static final String RESOURCE = "resourceAttributes";
  private static final String PATH = "nonResourceAttributes";

  private ReviewSpec() {}

  /**
   * The question in a spec.
   *
   * @param user whom it is about
   * @throws dev.wherry.model.status.ApiException 422 when it asks nothing, or two things
   */
  static AccessRequest question(String kind, JsonNode spec, UserInfo user) {
    JsonNode resource = spec.path(RESOURCE);
    JsonNode path = spec.path(PATH);
    if (resource.isObject() == path.isObject()) {
      String why =
          resource.isObject()
              ? "Invalid value: cannot be specified in combination with resourceAttributes"
              : "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must"
                  + " be specified";
      throw Refusals.invalid(
          new Resource("authorization.k8s.io", ""),
          kind,
          "",
          resource.isObject() ? "spec." + PATH : "spec." + RESOURCE,
          why);
    }
    if (path.isObject()) {
      return AccessRequest.path(user, Trees.text(path, "verb"), Trees.text(path, "path"));
    }
    AccessRequest question =
        AccessRequest.resource(
                user,
                Trees.text(resource, "verb"),
                Trees.text(resource, "group"),
                Trees.text(resource, "resource"),
                Trees.text(resource, "subresource"),
                Trees.text(resource, "namespace"),
                Trees.text(resource, "name"))
            .selecting(selectors(resource));
    String version = Trees.text(resource, "version");
    return version.isEmpty() ? question : question.inVersion(version);
  }

  /** What cannot be used is left out: a selector only narrows. */
  private static Selectors selectors(JsonNode resource) {
    JsonNode fields = resource.path("fieldSelector");
    JsonNode labels = resource.path("labelSelector");
    return new Selectors(
        fields.path("requirements").isEmpty()
            ? Selectors.fields(Trees.text(fields, "rawSelector"))
            : requirements(fields, List.of("In", "NotIn")),
        labels.path("requirements").isEmpty()
            ? Selectors.labels(Trees.text(labels, "rawSelector"))
            : requirements(labels, List.of("In", "NotIn", "Exists", "DoesNotExist")));
  }

  private static List<Selectors.Requirement> requirements(JsonNode selector, List<String> known) {
    List<Selectors.Requirement> all = new ArrayList<>();
    for (JsonNode term : selector.path("requirements")) {
      String operator = Trees.text(term, "operator");
      if (known.contains(operator)) {
        all.add(
            new Selectors.Requirement(
                Trees.text(term, "key"), operator, Trees.texts(term, "values")));
      }
    }
    return all;
  }

  /**
   * A question as a spec.
   *
   * @param whole whether texts and lists are written when they are empty
   */
  public static ObjectNode of(AccessRequest question, boolean whole) {
    ObjectNode spec = Json.object();
    if (question.resourceRequest()) {
      resource(question, spec.putObject(RESOURCE), whole);
    } else {
      ObjectNode path = spec.putObject(PATH);
      put(path, "path", question.path(), whole);
      put(path, "verb", question.verb(), whole);
    }
    UserInfo user = question.user();
    put(spec, "user", user.name(), whole);
    texts(spec, "groups", user.groups(), whole);
    if (whole || !user.extra().isEmpty()) {
      ObjectNode extra = spec.putObject("extra");
      user.extra().forEach((key, values) -> texts(extra, key, values, true));
    }
    put(spec, "uid", user.uid(), whole);
    return spec;
  }

  private static void resource(AccessRequest question, ObjectNode to, boolean whole) {
    put(to, "namespace", question.namespace(), whole);
    put(to, "verb", question.verb(), whole);
    put(to, "group", question.group(), whole);
    put(to, "version", question.version(), whole);
    put(to, "resource", question.resource(), whole);
    put(to, "subresource", question.subresource(), whole);
    put(to, "name", question.name(), whole);
    selector(to, "fieldSelector", question.selectors().fields());
    selector(to, "labelSelector", question.selectors().labels());
  }

  private static void selector(
      ObjectNode to, String name, List<Selectors.Requirement> requirements) {
    if (requirements.isEmpty()) {
      return;
    }
    ArrayNode list = to.putObject(name).putArray("requirements");
    for (Selectors.Requirement r : requirements) {
      texts(
          list.addObject().put("key", r.key()).put("operator", r.operator()),
          "values",
          r.values(),
          false);
    }
  }

  private static void put(ObjectNode to, String field, String value, boolean whole) {
    if (whole || !value.isEmpty()) {
      to.put(field, value);
    }
  }

  private static void texts(ObjectNode to, String field, List<String> values, boolean whole) {
    if (whole || !values.isEmpty()) {
      values.forEach(to.putArray(field)::add);
    }
  }
}
