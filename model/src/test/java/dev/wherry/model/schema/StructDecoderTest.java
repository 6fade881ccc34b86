package dev.wherry.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objects as upstream's decoder understands them. */
class StructDecoderTest {
  private static ObjectNode yaml(String text) {
    return (ObjectNode) Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  private static StructDecoder.Decoded decode(String type, String text) {
    Schema schema = Schema.builtin();
    return StructDecoder.decode(schema, schema.type(type).orElseThrow(), yaml(text));
  }

  @Test
  void decode_unknownFields_areNamedAndDropped() {
    StructDecoder.Decoded decoded =
        decode(
            "core.v1.Pod",
            """
            kind: Pod
            bogus: 1
            spec:
              containers:
              - name: a
              - {name: b, imagee: x}
            """);
    assertEquals(List.of("bogus", "spec.containers[1].imagee"), decoded.unknown());
    assertEquals(
        yaml(
            """
            {kind: Pod, metadata: {}, status: {}, spec: {containers: [
              {name: a, resources: {}}, {name: b, resources: {}}]}}
            """),
        decoded.object());
  }

  @Test
  void decode_zeroValuesOfAnyJson_areKept() {
    String schema =
        """
        properties:
          a: {type: boolean, default: false, enum: [false]}
          b: {type: integer, default: 0, example: 0}
          c: {type: string, default: ""}
          d: {type: array, default: [], items: {type: string, default: ""}}
          e: {type: object, default: {}, additionalProperties: false}
        """;
    assertEquals(yaml(schema), decode("apiextensions.v1.JSONSchemaProps", schema).object());
  }

  @Test
  void decode_nullsAndZeros_areWhatGoWrites() {
    assertEquals(
        yaml(
            """
            metadata: {name: p}
            spec:
              automountServiceAccountToken: false
              terminationGracePeriodSeconds: 0
              containers: []
              securityContext: {}
              nodeSelector: {a: ""}
            status: {}
            """),
        decode(
                "core.v1.Pod",
                """
                metadata: {name: p, creationTimestamp: null, labels: {}}
                spec:
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  hostNetwork: false
                  nodeName: ""
                  volumes: []
                  containers: []
                  securityContext: {}
                  nodeSelector: {a: null}
                """)
            .object());
  }

  @Test
  void decode_requiredScalarsThatAreAbsent_areWrittenAsZero() {
    assertEquals(
        yaml(
            """
            metadata: {}
            spec: {containers: []}
            status:
              containerStatuses:
              - {name: a, image: "", imageID: "", ready: false, restartCount: 0, state: {}, lastState: {}}
            """),
        decode("core.v1.Pod", "{spec: {containers: []}, status: {containerStatuses: [{name: a}]}}")
            .object());
  }

  @Test
  void decode_structuresThatAreNoPointers_areWrittenEmpty() {
    assertEquals(
        yaml(
            """
            metadata: {}
            spec: {jobTemplate: {metadata: {}, spec: {template: {metadata: {}, spec: {}}}}, schedule: ""}
            status: {}
            """),
        decode("batch.v1.CronJob", "{}").object());
    assertEquals(
        yaml("{metadata: {}, spec: {}, status: {replicas: 0}}").get("status"),
        decode("core.v1.ReplicationController", "{}").object().get("status"));
    assertEquals(
        yaml("{metadata: {}, spec: {}}"), decode("networking.v1.IPAddress", "{}").object());
    assertEquals(
        0,
        decode("core.v1.Node", "{}")
            .object()
            .at("/status/daemonEndpoints/kubeletEndpoint/Port")
            .asInt(-1));
  }

  @Test
  void complete_treeOfARecord_isWhatADecoderMakesOfIt() {
    Schema schema = Schema.builtin();
    ObjectType type = schema.type("apps.v1.Deployment").orElseThrow();
    String text =
        """
        metadata: {name: d}
        spec:
          selector: {matchLabels: {a: b}}
          template: {spec: {containers: [{name: c, envFrom: [{configMapRef: {name: x}}]}]}}
        """;
    ObjectNode tree = yaml(text);
    StructDecoder.complete(schema, type, tree);
    assertEquals(decode("apps.v1.Deployment", text).object(), tree);
    assertEquals(yaml("{}"), tree.at("/spec/template/spec/containers/0/resources"));
    assertEquals(yaml("{}"), tree.at("/spec/strategy"));
    assertEquals(yaml("{}"), tree.at("/status"));
  }

  @Test
  void decode_quantitiesAndTimes_areCanonical() {
    assertEquals(
        yaml(
            """
            metadata: {creationTimestamp: "2026-11-21T07:00:00Z"}
            spec: {containers: [{name: a, resources: {limits: {cpu: 500m, memory: 1Gi}}}]}
            status: {}
            """),
        decode(
                "core.v1.Pod",
                """
                metadata: {creationTimestamp: "2026-11-21T08:00:00.5+01:00"}
                spec: {containers: [{name: a, resources: {limits: {cpu: 0.5, memory: 1024Mi}}}]}
                """)
            .object());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "core.v1.Pod|{spec: {containers: x}}"
            + "|json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type"
            + " []v1.Container",
        "apps.v1.Deployment|{spec: {replicas: \"1\"}}"
            + "|json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of"
            + " type int32",
        "apps.v1.Deployment|{spec: {replicas: 1.5}}"
            + "|json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas"
            + " of type int32",
        "apps.v1.Deployment"
            + "|{spec: {template: {spec: {containers: [{env: [{name: a, value: 1}]}]}}}}"
            + "|json: cannot unmarshal number into Go struct field"
            + " EnvVar.spec.template.spec.containers.env.value of type string",
        "core.v1.Pod|{spec: {containers: [{imagePullPolicy: true}]}}"
            + "|json: cannot unmarshal bool into Go struct field"
            + " Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
        "core.v1.ConfigMap|{data: {a: 1}}"
            + "|json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
        "core.v1.Pod|{metadata: [1]}"
            + "|json: cannot unmarshal array into Go struct field Pod.metadata of type"
            + " v1.ObjectMeta",
        "core.v1.Secret|{data: {a: \"*\"}}|illegal base64 data at input byte 0",
        "core.v1.Pod|{spec: {containers: [{resources: {limits: {cpu: x}}}]}}"
            + "|quantities must match the regular expression"
            + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      })
  void decode_wrongType_isRefusedInGosWords(String type, String body, String message) {
    assertEquals(
        message, assertThrows(DecodeException.class, () -> decode(type, body)).getMessage());
  }

  @Test
  void goFields_everyLine_namesAFieldOfTheSchema() {
    Schema schema = Schema.builtin();
    for (ObjectType type : schema.types()) {
      for (FieldInfo field : type.fields().values()) {
        GoField go = GoFields.of(type, field);
        assertEquals(false, go.pointer() && go.kept(), type.name() + "." + field.name());
      }
    }
  }

  @Test
  void decode_wrongTypeDeepInside_isNamedByItsFieldsAlone() {
    String pod = "spec: {containers: [{name: a}, {name: b, env: [{name: x, value: 1}]}]}";
    DecodeException wrong = assertThrows(DecodeException.class, () -> decode("core.v1.Pod", pod));
    assertEquals(
        "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of"
            + " type string",
        wrong.getMessage());
    String limits = "spec: {limits: [{max: {cpu: {}}, bogus: 1, default: {cpu: [1]}}]}";
    assertThrows(DecodeException.class, () -> decode("core.v1.LimitRange", limits));
    String labels = "metadata: {labels: {a.b/c: 1}}";
    assertEquals(
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type"
            + " string",
        assertThrows(DecodeException.class, () -> decode("core.v1.Pod", labels)).getMessage());
  }
}
