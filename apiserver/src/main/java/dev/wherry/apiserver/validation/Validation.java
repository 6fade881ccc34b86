package dev.wherry.apiserver.validation;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.Map;
import java.util.Set;

/**
 * Checks objects before they are stored. Objects must be defaulted; kinds without rules of their
 * own are held to those of metadata.
 */
public final class Validation {
  /** Groups whose objects are checked as custom resources are (apimachinery validation). */
  private static final Set<String> MACHINERY =
      Set.of("apiextensions.k8s.io", "apiregistration.k8s.io");

  private static final String ADMISSION = ".admissionregistration.k8s.io";
  private static final String STORAGE = ".storage.k8s.io";
  private static final String RESOURCE = ".resource.k8s.io";
  private static final String RBAC = ".rbac.authorization.k8s.io";

  private static final Map<String, KindRules> RULES =
      Map.ofEntries(
          entry("pods", KindRules.of(PodRules::pod, PodUpdateRules::update)),
          entry("podtemplates", KindRules.of(o -> PodRules.template(o.child("template")))),
          entry("nodes", KindRules.of(CoreRules::node, CoreRules::nodeUpdate)),
          entry(
              "namespaces",
              KindRules.named(NameRules::label, CoreRules::namespace, KindRules.FREE)),
          entry("configmaps", KindRules.of(CoreRules::configMap, CoreRules::configMapUpdate)),
          entry("secrets", KindRules.of(CoreRules::secret, CoreRules::secretUpdate)),
          entry(
              "services",
              KindRules.named(
                  NameRules::label, ServiceRules::service, ServiceRules::serviceUpdate)),
          entry("endpoints", KindRules.of(EndpointRules::endpoints)),
          entry(
              "endpointslices.discovery.k8s.io",
              KindRules.of(EndpointRules::endpointSlice, EndpointRules::endpointSliceUpdate)),
          entry("events", KindRules.of(EventRules::core)),
          entry(
              "events.events.k8s.io",
              KindRules.of(EventRules::v1, EventRules::v1Update).onlyChanges()),
          entry("bindings", KindRules.of(CoreRules::binding)),
          entry(
              "persistentvolumes", KindRules.of(StorageRules::volume, StorageRules::volumeUpdate)),
          entry(
              "persistentvolumeclaims",
              KindRules.of(StorageRules::claim, StorageRules::claimUpdate)),
          entry(
              "storageclasses" + STORAGE,
              KindRules.of(StorageClassRules::check, StorageClassRules::update)),
          entry("leases.coordination.k8s.io", KindRules.of(CoreRules::lease)),
          entry("replicationcontrollers", KindRules.of(WorkloadRules::replicationController)),
          entry(
              "deployments.apps",
              KindRules.of(WorkloadRules::deployment, WorkloadRules::selectorUpdate)),
          entry(
              "replicasets.apps",
              KindRules.of(WorkloadRules::replicaSet, WorkloadRules::selectorUpdate)),
          entry(
              "statefulsets.apps",
              KindRules.of(WorkloadRules::statefulSet, WorkloadRules::statefulSetUpdate)),
          entry(
              "daemonsets.apps",
              KindRules.of(WorkloadRules::daemonSet, WorkloadRules::selectorUpdate)),
          entry("jobs.batch", KindRules.of(JobRules::job, JobRules::jobUpdate)),
          entry("cronjobs.batch", KindRules.of(JobRules::cronJob)),
          entry("networkpolicies.networking.k8s.io", KindRules.of(NetworkPolicyRules::policy)),
          entry("limitranges", KindRules.of(LimitRangeRules::limitRange)),
          entry("resourcequotas", KindRules.of(QuotaRules::quota, QuotaRules::quotaUpdate)),
          entry(
              "poddisruptionbudgets.policy",
              KindRules.named(
                  NameRules::pathSegment, WorkloadRules::disruptionBudget, KindRules.FREE)),
          entry("ingresses.networking.k8s.io", KindRules.of(IngressRules::ingress)),
          entry(
              "ingressclasses.networking.k8s.io",
              KindRules.of(IngressRules::ingressClass, IngressRules::ingressClassUpdate)),
          entry("horizontalpodautoscalers.autoscaling", KindRules.of(AutoscalerRules::autoscaler)),
          entry(
              "roles" + RBAC,
              KindRules.named(NameRules::pathSegment, PolicyRules::role, KindRules.FREE)),
          entry(
              "clusterroles" + RBAC,
              KindRules.named(NameRules::pathSegment, PolicyRules::clusterRole, KindRules.FREE)),
          entry(
              "rolebindings" + RBAC,
              KindRules.named(
                  NameRules::pathSegment, PolicyRules::roleBinding, PolicyRules::bindingUpdate)),
          entry(
              "clusterrolebindings" + RBAC,
              KindRules.named(
                  NameRules::pathSegment,
                  PolicyRules::clusterRoleBinding,
                  PolicyRules::bindingUpdate)),
          entry(
              "certificatesigningrequests.certificates.k8s.io",
              KindRules.of(
                  PolicyRules::certificateSigningRequest,
                  PolicyRules::certificateSigningRequestUpdate)),
          entry(
              "priorityclasses.scheduling.k8s.io",
              KindRules.of(ClassRules::priorityClass, ClassRules::priorityClassUpdate)
                  .onlyChanges()),
          entry(
              "runtimeclasses.node.k8s.io",
              KindRules.of(ClassRules::runtimeClass, ClassRules::runtimeClassUpdate)),
          entry(
              "customresourcedefinitions.apiextensions.k8s.io",
              KindRules.of(DefinitionRules::definition, DefinitionRules::update)),
          entry(
              "mutatingwebhookconfigurations" + ADMISSION,
              KindRules.of(WebhookRules::configuration)),
          entry(
              "validatingwebhookconfigurations" + ADMISSION,
              KindRules.of(WebhookRules::configuration)),
          entry(
              "validatingadmissionpolicies" + ADMISSION,
              KindRules.of(AdmissionPolicyRules::validating)),
          entry(
              "mutatingadmissionpolicies" + ADMISSION,
              KindRules.of(AdmissionPolicyRules::mutating)),
          entry(
              "validatingadmissionpolicybindings" + ADMISSION,
              KindRules.of(AdmissionPolicyRules::validatingBinding)),
          entry(
              "mutatingadmissionpolicybindings" + ADMISSION,
              KindRules.of(AdmissionPolicyRules::mutatingBinding)),
          entry(
              "apiservices.apiregistration.k8s.io",
              KindRules.named(NameRules::pathSegment, ExtensionRules::apiService, KindRules.FREE)),
          entry("flowschemas.flowcontrol.apiserver.k8s.io", KindRules.of(FlowRules::schema)),
          entry(
              "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
              KindRules.of(LevelRules::level)),
          entry(
              "ipaddresses.networking.k8s.io",
              KindRules.named(
                  Addresses::strictIp, AddressRules::address, AddressRules::addressUpdate)),
          entry(
              "servicecidrs.networking.k8s.io",
              KindRules.of(AddressRules::ranges, AddressRules::rangesUpdate).onlyChanges()),
          entry("csidrivers" + STORAGE, KindRules.of(CsiRules::driver, CsiRules::driverUpdate)),
          entry("csinodes" + STORAGE, KindRules.of(CsiRules::node, CsiRules::nodeUpdate)),
          entry(
              "csistoragecapacities" + STORAGE,
              KindRules.of(CsiRules::capacity, CsiRules::capacityUpdate)),
          entry(
              "volumeattachments" + STORAGE,
              KindRules.of(CsiRules::attachment, CsiRules::attachmentUpdate)),
          entry(
              "volumeattributesclasses" + STORAGE,
              KindRules.of(StorageClassRules::attributes, StorageClassRules::attributesUpdate)),
          entry("deviceclasses" + RESOURCE, KindRules.of(ClaimRules::deviceClass)),
          entry(
              "resourceclaims" + RESOURCE,
              KindRules.of(ClaimRules::claim, ClaimRules::claimUpdate)
                  .onlyChanges()
                  .withStatus(ClaimStatusRules::check)),
          entry(
              "resourceclaimtemplates" + RESOURCE,
              KindRules.of(ClaimRules::template, ClaimRules::claimUpdate)),
          entry(
              "resourceslices" + RESOURCE,
              KindRules.of(SliceRules::slice, SliceRules::sliceUpdate)),
          entry(
              "controllerrevisions.apps",
              KindRules.of(RevisionRules::revision, RevisionRules::revisionUpdate)));

  private Validation() {}

  /**
   * Checks a new object.
   *
   * @param kind the resource it is created in
   * @param object the whole object, defaulted, with namespace set
   * @throws ApiException Invalid (422) with a cause per mistake
   */
  public static void create(KindInfo kind, ObjectNode object) {
    FieldErrors errors = new FieldErrors();
    KindRules rules = rules(kind);
    Field root = Field.root(object, errors);
    metadata(kind, rules, root);
    rules.object().check(root);
    errors.throwIfAny(kind, name(object));
  }

  /**
   * Checks a changed object against the stored one.
   *
   * @param subresource "" for the object itself, else {@code status}, {@code ephemeralcontainers},
   *     ...
   * @throws ApiException Invalid (422) with a cause per mistake
   */
  public static void update(KindInfo kind, ObjectNode object, ObjectNode old, String subresource) {
    FieldErrors errors = new FieldErrors(old);
    Field now = Field.root(object, errors);
    Field before = Field.root(old, errors);
    MetadataRules.update(now.child("metadata"), before.child("metadata"));
    KindRules rules = rules(kind);
    switch (subresource) {
      case "" -> {
        metadata(kind, rules, now);
        if (rules.anew()) {
          rules.object().check(now);
        }
        rules.update().check(now, before);
      }
      case "ephemeralcontainers" -> {
        rules.object().check(now);
        PodUpdateRules.ephemeral(now, before);
      }
      case "resize" -> {
        rules.object().check(now);
        PodResizeRules.check(now, before);
      }
      case "approval" -> rules.update().check(now, before);
      case "status" -> {
        MetadataRules.labels(now.at("metadata", "labels"));
        rules.status().check(now, before);
      }
      // A status may be written even where an older server accepted a spec that today's rules
      // refuse.
      default -> MetadataRules.labels(now.at("metadata", "labels"));
    }
    errors.throwIfAny(kind, name(object));
  }

  /** Checks the metadata of an object of any kind. */
  public static void metadata(KindInfo kind, ObjectNode object, FieldErrors errors) {
    MetadataRules.check(Field.root(object, errors).child("metadata"), kind, NameRules::subdomain);
  }

  /** Checks a change of metadata. */
  public static void metadataUpdate(ObjectNode object, ObjectNode old, FieldErrors errors) {
    MetadataRules.update(
        Field.root(object, errors).child("metadata"), Field.root(old, errors).child("metadata"));
  }

  private static void metadata(KindInfo kind, KindRules rules, Field object) {
    MetadataRules.check(object.child("metadata"), kind, rules.name());
    if (!MACHINERY.contains(kind.group())) {
      MetadataRules.coreFinalizers(object.at("metadata", "finalizers"));
    }
  }

  private static KindRules rules(KindInfo kind) {
    return RULES.getOrDefault(kind.resource(), KindRules.NONE);
  }

  private static String name(ObjectNode object) {
    return object.path("metadata").path("name").asText();
  }
}
