package dev.wherry.model.defaults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Upstream's defaults, kind by kind (pkg/apis/GROUP/VERSION/defaults.go of v1.36). */
class DefaultsTableTest {
  private static final String POD_SPEC =
      "dnsPolicy: ClusterFirst, restartPolicy: Always, securityContext: {},"
          + " terminationGracePeriodSeconds: 30, schedulerName: default-scheduler";

  private static JsonNode tree(String yaml) {
    String text = yaml.replace("$POD", POD_SPEC);
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|Secret|{stringData: {a: b}, data: {a: eA==, c: eA==}}"
            + "|{type: Opaque, data: {a: Yg==, c: eA==}}",
        "|ConfigMap|{}|{}",
        "|Namespace|{metadata: {name: ns}}"
            + "|{metadata: {name: ns, labels: {kubernetes.io/metadata.name: ns}},"
            + " status: {phase: Active}}",
        "|Node|{status: {capacity: {cpu: 1}}}"
            + "|{status: {capacity: {cpu: 1}, allocatable: {cpu: 1}}}",
        "|Endpoints|{subsets: [{ports: [{port: 1}]}]}"
            + "|{subsets: [{ports: [{port: 1, protocol: TCP}]}]}",
        "|LimitRange|{spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1}}]}}"
            + "|{spec: {limits: [{type: Container, max: {cpu: 2}, min: {memory: 1},"
            + " default: {cpu: 2}, defaultRequest: {cpu: 2, memory: 1}}]}}",
        "|LimitRange|{spec: {limits: [{type: Container}, {type: Pod, max: {cpu: 2}}]}}"
            + "|{spec: {limits: [{type: Container}, {type: Pod, max: {cpu: 2}}]}}",
        "|PersistentVolume|{spec: {hostPath: {path: /}}}"
            + "|{spec: {hostPath: {path: /, type: \"\"}, persistentVolumeReclaimPolicy: Retain,"
            + " volumeMode: Filesystem}, status: {phase: Pending}}",
        "|PersistentVolumeClaim|{spec: {}}"
            + "|{spec: {volumeMode: Filesystem}, status: {phase: Pending}}",
        "|ReplicationController"
            + "|{spec: {template: {metadata: {labels: {a: b}}, spec: {}}}}"
            + "|{metadata: {labels: {a: b}}, spec: {replicas: 1, selector: {a: b},"
            + " template: {metadata: {labels: {a: b}}, spec: {$POD}}}}",
        "|Service|{spec: {type: ExternalName, externalName: a}}"
            + "|{spec: {type: ExternalName, externalName: a, sessionAffinity: None}}",
        "|Service|{spec: {type: LoadBalancer, sessionAffinity: ClientIP}}"
            + "|{spec: {type: LoadBalancer, sessionAffinity: ClientIP,"
            + " sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}},"
            + " externalTrafficPolicy: Cluster, internalTrafficPolicy: Cluster,"
            + " allocateLoadBalancerNodePorts: true}}",
        "|Service|{spec: {clusterIP: None, ports: [{port: 1, targetPort: web}]}}"
            + "|{spec: {clusterIP: None, type: ClusterIP, sessionAffinity: None,"
            + " internalTrafficPolicy: Cluster,"
            + " ports: [{port: 1, targetPort: web, protocol: TCP}]}}",
        "apps|StatefulSet|{spec: {updateStrategy: {type: OnDelete}, volumeClaimTemplates: [{}]}}"
            + "|{spec: {replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: OrderedReady,"
            + " updateStrategy: {type: OnDelete}, persistentVolumeClaimRetentionPolicy:"
            + " {whenDeleted: Retain, whenScaled: Retain}, volumeClaimTemplates:"
            + " [{apiVersion: v1, kind: PersistentVolumeClaim, spec: {volumeMode: Filesystem},"
            + " status: {phase: Pending}}], template: {spec: {$POD}}}}",
        "apps|StatefulSet|{spec: {}}"
            + "|{spec: {replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: OrderedReady,"
            + " updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}},"
            + " persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain},"
            + " template: {spec: {$POD}}}}",
        "apps|DaemonSet|{spec: {}}"
            + "|{spec: {revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate,"
            + " rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}, template: {spec: {$POD}}}}",
        "apps|ReplicaSet|{spec: {}}|{spec: {replicas: 1, template: {spec: {$POD}}}}",
        "apps|Deployment|{spec: {strategy: {rollingUpdate: {maxSurge: 1}}}}"
            + "|{spec: {replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600,"
            + " strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1,"
            + " maxUnavailable: 25%}}, template: {spec: {$POD}}}}",
        "batch|Job|{spec: {backoffLimitPerIndex: 1, completions: 2,"
            + " podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: X}]}]},"
            + " template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never}}}}"
            + "|{metadata: {labels: {a: b}}, spec: {backoffLimitPerIndex: 1, completions: 2,"
            + " parallelism: 1, backoffLimit: 2147483647, completionMode: NonIndexed,"
            + " suspend: false, manualSelector: false, podReplacementPolicy: Failed, podFailurePolicy: {rules:"
            + " [{action: Ignore, onPodConditions: [{type: X, status: \"True\"}]}]},"
            + " template: {metadata: {labels: {a: b}}, spec: {dnsPolicy: ClusterFirst,"
            + " restartPolicy: Never, securityContext: {}, terminationGracePeriodSeconds: 30,"
            + " schedulerName: default-scheduler}}}}",
        "batch|CronJob|{spec: {schedule: \"* * * * *\"}}"
            + "|{spec: {schedule: \"* * * * *\", concurrencyPolicy: Allow, suspend: false,"
            + " successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1,"
            + " jobTemplate: {spec: {template: {spec: {$POD}}}}}}",
        "networking.k8s.io|NetworkPolicy|{spec: {egress: [{ports: [{port: 1}]}]}}"
            + "|{spec: {policyTypes: [Ingress, Egress],"
            + " egress: [{ports: [{port: 1, protocol: TCP}]}]}}",
        "networking.k8s.io|IngressClass|{spec: {parameters: {kind: K, name: n}}}"
            + "|{spec: {parameters: {kind: K, name: n, scope: Cluster}}}",
        "discovery.k8s.io|EndpointSlice|{ports: [{port: 1}]}"
            + "|{ports: [{port: 1, protocol: TCP, name: \"\"}]}",
        "rbac.authorization.k8s.io|RoleBinding"
            + "|{roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: u},"
            + " {kind: ServiceAccount, name: s}]}"
            + "|{roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}, subjects:"
            + " [{kind: User, name: u, apiGroup: rbac.authorization.k8s.io},"
            + " {kind: ServiceAccount, name: s}]}",
        "storage.k8s.io|StorageClass|{}|{reclaimPolicy: Delete, volumeBindingMode: Immediate}",
        "storage.k8s.io|CSIDriver|{spec: {}}"
            + "|{spec: {attachRequired: true, podInfoOnMount: false, storageCapacity: false,"
            + " fsGroupPolicy: ReadWriteOnceWithFSType, volumeLifecycleModes: [Persistent],"
            + " requiresRepublish: false, seLinuxMount: false}}",
        "scheduling.k8s.io|PriorityClass|{}|{preemptionPolicy: PreemptLowerPriority}",
        "policy|PodDisruptionBudget|{spec: {minAvailable: 1}}|{spec: {minAvailable: 1}}",
        "flowcontrol.apiserver.k8s.io|FlowSchema|{spec: {}}|{spec: {matchingPrecedence: 1000}}",
        "flowcontrol.apiserver.k8s.io|PriorityLevelConfiguration"
            + "|{spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {}}}}}"
            + "|{spec: {type: Limited, limited: {nominalConcurrencyShares: 30, lendablePercent: 0,"
            + " limitResponse: {type: Queue, queuing: {queues: 64, handSize: 8,"
            + " queueLengthLimit: 50}}}}}",
        "apiextensions.k8s.io|CustomResourceDefinition"
            + "|{spec: {names: {kind: Foo, plural: foos}}}"
            + "|{spec: {names: {kind: Foo, plural: foos, singular: foo, listKind: FooList},"
            + " conversion: {strategy: None}}}",
        "apiregistration.k8s.io|APIService|{spec: {service: {name: a, namespace: b}}}"
            + "|{spec: {service: {name: a, namespace: b, port: 443}}}",
      })
  void apply_kind_isUpstreams(String group, String kind, String given, String wanted) {
    KindInfo info = new KindInfo(group == null ? "" : group, "v1", kind, "", true);
    ObjectNode object = (ObjectNode) tree(given);
    Defaults.apply(info, object);
    assertEquals(tree(wanted), object);
    JsonNode once = object.deepCopy();
    Defaults.apply(info, object);
    assertEquals(once, object, "a second time changes nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "v1|{}|{minReplicas: 1}",
        "v2|{}|{minReplicas: 1, metrics: [{type: Resource, resource: {name: cpu, target:"
            + " {type: Utilization, averageUtilization: 80}}}]}",
        "v2|{minReplicas: 2, metrics: [{type: Pods}], behavior: {scaleUp: {selectPolicy: Min}}}"
            + "|{minReplicas: 2, metrics: [{type: Pods}], behavior: {scaleUp: {selectPolicy: Min,"
            + " stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 4,"
            + " periodSeconds: 15}, {type: Percent, value: 100, periodSeconds: 15}]},"
            + " scaleDown: {selectPolicy: Max, policies: [{type: Percent, value: 100,"
            + " periodSeconds: 15}]}}}",
      })
  void apply_autoscaler_dependsOnTheVersion(String version, String given, String wanted) {
    ObjectNode object =
        (ObjectNode) tree("{apiVersion: autoscaling/" + version + ", spec: " + given + "}");
    Defaults.apply(
        new KindInfo("autoscaling", version, "HorizontalPodAutoscaler", "", true), object);
    assertEquals(tree(wanted), object.path("spec"));
  }

  @ParameterizedTest
  @CsvSource({"Pod,true", "PodTemplate,false"})
  void apply_hostNetwork_opensPortsOfPodsOnly(String kind, boolean opened) {
    String spec = "{hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80}]}]}";
    ObjectNode object =
        (ObjectNode)
            tree(kind.equals("Pod") ? "{spec: " + spec + "}" : "{template: {spec: " + spec + "}}");
    Defaults.apply(new KindInfo("", "v1", kind, "", true), object);
    JsonNode port =
        object.at((kind.equals("Pod") ? "" : "/template") + "/spec/containers/0/ports/0");
    assertEquals(opened, port.has("hostPort"));
  }
}
