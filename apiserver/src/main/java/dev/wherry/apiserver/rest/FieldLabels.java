package dev.wherry.apiserver.rest;

import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The fields that each kind can be selected by, and where they stand in stored objects (upstream's
 * AddFieldLabelConversionFunc of each group).
 */
final class FieldLabels {
  private static final Map<String, Map<String, String>> BY_RESOURCE = new HashMap<>();

  static {
    put(
        "pods",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName");
    put("nodes", "spec.unschedulable");
    put("namespaces", "name=metadata.name", "status.phase");
    put("secrets", "type");
    put("services", "spec.clusterIP", "spec.type");
    put("replicationcontrollers", "status.replicas");
    put("replicasets.apps", "status.replicas");
    put("jobs.batch", "status.successful=status.succeeded");
    put("certificatesigningrequests.certificates.k8s.io", "spec.signerName");
    put("resourceslices.resource.k8s.io", "spec.nodeName", "spec.driver");
    put(
        "events",
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source=source.component|reportingComponent",
        "type");
    put(
        "events.events.k8s.io",
        "regarding.kind=involvedObject.kind",
        "regarding.namespace=involvedObject.namespace",
        "regarding.name=involvedObject.name",
        "regarding.uid=involvedObject.uid",
        "regarding.apiVersion=involvedObject.apiVersion",
        "regarding.resourceVersion=involvedObject.resourceVersion",
        "regarding.fieldPath=involvedObject.fieldPath",
        "reason",
        "reportingController=reportingComponent",
        "type");
  }

  private FieldLabels() {}

  private static void put(String resource, String... labels) {
    Map<String, String> places = new HashMap<>();
    for (String label : labels) {
      int equals = label.indexOf('=');
      places.put(
          equals < 0 ? label : label.substring(0, equals),
          equals < 0 ? label : label.substring(equals + 1));
    }
    BY_RESOURCE.put(resource, places);
  }

  /**
   * The selector in terms of stored objects.
   *
   * @throws ApiException 400 for a field that the kind cannot be selected by
   */
  static Fields translate(ResourceInfo info, Fields fields) {
    KindInfo kind = info.kind();
    if (fields.isEverything()) {
      return fields;
    }
    Map<String, String> own =
        info.isCustom()
            ? info.selectable().stream().collect(Collectors.toMap(f -> f, f -> f))
            : BY_RESOURCE.getOrDefault(kind.resource(), Map.of());
    List<Fields.Term> terms = new ArrayList<>();
    for (Fields.Term term : fields.terms()) {
      terms.add(new Fields.Term(place(kind, own, term.field()), term.value(), term.equal()));
    }
    return new Fields(terms);
  }

  private static String place(KindInfo kind, Map<String, String> own, String label) {
    boolean common =
        label.equals("metadata.name") || (label.equals("metadata.namespace") && kind.namespaced());
    if (common) {
      return label;
    }
    String place = own.get(label);
    if (place != null) {
      return place;
    }
    throw ApiException.badRequest(
        own.isEmpty()
            ? "\"%s\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                .formatted(label)
            : "field label not supported: " + label);
  }
}
