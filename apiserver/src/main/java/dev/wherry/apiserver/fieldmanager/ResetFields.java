package dev.wherry.apiserver.fieldmanager;

import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.FieldFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fields that a door resets and whose ownership it therefore cannot give: the status through the
 * object itself, all else through the status (the strategies' GetResetFields, KEP-555).
 */
public final class ResetFields {
  private static final FieldFilter OBJECT = FieldFilter.withoutNames("status");
  private static final FieldFilter STATUS = FieldFilter.withoutNames("spec");
  private static final FieldFilter STATUS_AND_METADATA =
      FieldFilter.withoutNames("spec", "metadata");

  /** By resource and subresource, where the rule above does not hold. */
  private static final Map<String, FieldFilter> EXCEPTIONS =
      Map.ofEntries(
          Map.entry(
              "pods/status",
              FieldFilter.withoutNames(
                  "spec", "metadata.deletionTimestamp", "metadata.ownerReferences")),
          Map.entry(
              "pods/ephemeralcontainers",
              FieldFilter.only(List.of(List.of("spec", "ephemeralContainers")))),
          Map.entry(
              "pods/resize",
              FieldFilter.only(
                  List.of(
                      List.of("spec", "containers", FieldFilter.ANY, "resources"),
                      List.of("spec", "containers", FieldFilter.ANY, "resizePolicy"),
                      List.of("spec", "initContainers", FieldFilter.ANY, "resources"),
                      List.of("spec", "initContainers", FieldFilter.ANY, "resizePolicy")))),
          Map.entry("namespaces/finalize", FieldFilter.ALL),
          Map.entry("deployments.apps/status", FieldFilter.withoutNames("spec", "metadata.labels")),
          Map.entry(
              "certificatesigningrequests.certificates.k8s.io",
              FieldFilter.withoutNames("spec", "status")),
          Map.entry(
              "certificatesigningrequests.certificates.k8s.io/status",
              FieldFilter.withoutNames("spec", "status.conditions")),
          Map.entry(
              "certificatesigningrequests.certificates.k8s.io/approval",
              FieldFilter.withoutNames("spec", "status.certificate")),
          Map.entry("apiservices.apiregistration.k8s.io/status", STATUS_AND_METADATA),
          Map.entry("flowschemas.flowcontrol.apiserver.k8s.io/status", STATUS_AND_METADATA),
          Map.entry(
              "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/status",
              STATUS_AND_METADATA),
          Map.entry("volumeattachments.storage.k8s.io/status", STATUS_AND_METADATA),
          Map.entry(
              "validatingadmissionpolicies.admissionregistration.k8s.io/status",
              STATUS_AND_METADATA),
          Map.entry("resourceclaims.resource.k8s.io/status", STATUS_AND_METADATA));

  private ResetFields() {}

  /**
   * What of a write through a door may be owned.
   *
   * @param hasStatus whether the kind has the subresource status; without it the status is a field
   *     like others
   * @param custom whether a definition made the kind; its status door resets metadata too
   */
  public static FieldFilter of(
      KindInfo kind, String subresource, boolean hasStatus, boolean custom) {
    String door = subresource.isEmpty() ? kind.resource() : kind.resource() + "/" + subresource;
    return Optional.ofNullable(EXCEPTIONS.get(door))
        .orElseGet(() ->
            switch (subresource) {
              case "" -> hasStatus ? OBJECT : FieldFilter.ALL;
              case "status" -> custom ? STATUS_AND_METADATA : STATUS;
              default -> FieldFilter.ALL;
            });
  }
}
