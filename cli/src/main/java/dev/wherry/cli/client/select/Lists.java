package dev.wherry.cli.client.select;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.function.Consumer;

/** Reads collections page by page. */
public final class Lists {
  /** Asks for the server's Table, the object itself from servers that have none. */
  public static final String TABLE =
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

  /** Stands for an object that is not there. */
  public static final JsonNode MISSING =
      com.fasterxml.jackson.databind.node.MissingNode.getInstance();

  private Lists() {}

  /**
   * Which objects of a collection.
   *
   * @param labels "" for all
   * @param fields "" for all
   * @param pageItems 0 for all at once
   * @param whole asks for whole objects in a Table's rows
   * @param part the subresource of a named object, "" for the object
   */
  public record Filter(String labels, String fields, int pageItems, boolean whole, String part) {
    /** Everything, in kubectl's pages. */
    public static final Filter NONE = new Filter("", "", 500, false);

    public Filter(String labels, String fields, int pageItems, boolean whole) {
      this(labels, fields, pageItems, whole, "");
    }

    /** The same of a part of each object. */
    public Filter part(String subresource) {
      return new Filter(labels, fields, pageItems, whole, subresource);
    }

    /** Only the objects that the labels select. */
    public static Filter ofLabels(String labels) {
      return new Filter(labels, "", NONE.pageItems(), false);
    }

    Query query(String path) {
      return new Query(path)
          .add("labelSelector", labels)
          .add("fieldSelector", fields)
          .add("includeObject", whole ? "Object" : "");
    }
  }

  /**
   * Reads an object, or each page of a collection.
   *
   * @return the resource version of the last page
   */
  public static String read(
      Api api, Target target, Filter filter, String accept, Consumer<JsonNode> page) {
    if (!target.name().isEmpty()) {
      String part = filter.part().isEmpty() ? "" : "/" + filter.part();
      String path =
          new Query(target.path() + part)
              .add("includeObject", filter.whole() ? "Object" : "")
              .toString();
      JsonNode object = Json.parse(api.send("GET", path, accept, "", new byte[0]));
      page.accept(object);
      return object.path("metadata").path("resourceVersion").asText("");
    }
    String next = "";
    while (true) {
      Query query = filter.query(target.path()).add("continue", next);
      if (filter.pageItems() > 0) {
        query.add("limit", Integer.toString(filter.pageItems()));
      }
      JsonNode answer = page(api, target, filter, query.toString(), accept);
      page.accept(answer);
      next = answer.path("metadata").path("continue").asText("");
      if (next.isEmpty()) {
        return answer.path("metadata").path("resourceVersion").asText("");
      }
    }
  }

  private static JsonNode page(Api api, Target target, Filter filter, String path, String accept) {
    try {
      return Json.parse(api.send("GET", path, accept, "", new byte[0]));
    } catch (ApiException e) {
      if (e.reason() != Reason.BAD_REQUEST && e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
      String what =
          "\"%s/%s, Resource=%s\""
              .formatted(target.type().group(), target.type().version(), target.type().plural());
      String message =
          filter.labels().isEmpty() && filter.fields().isEmpty()
              ? "Unable to list " + what
              : "Unable to find %s that match label selector \"%s\", field selector \"%s\""
                  .formatted(what, filter.labels(), filter.fields());
      throw new ApiException(e.reason(), e.code(), message + ": " + e.text(), e.details());
    }
  }

  /** The path that watches what {@link #read} read. */
  public static String watchPath(Target target, Filter filter, String resourceVersion) {
    boolean named = !target.name().isEmpty();
    String fields = named ? "metadata.name=" + target.name() : filter.fields();
    Filter watched = new Filter(named ? "" : filter.labels(), fields, 0, filter.whole());
    return watched
        .query(target.type().path(target.namespace(), ""))
        .add("watch", true)
        .add("resourceVersion", resourceVersion)
        .toString();
  }
}
