package dev.wherry.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Yaml;
import io.kubernetes.client.proto.IntStr;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Resource;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Authentication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Bodies as the published message classes encode them. */
class ProtobufTest {
  private static byte[] body(String apiVersion, String kind, MessageLite object) {
    byte[] unknown =
        Runtime.Unknown.newBuilder()
            .setTypeMeta(Runtime.TypeMeta.newBuilder().setApiVersion(apiVersion).setKind(kind))
            .setRaw(object.toByteString())
            .setContentType("")
            .build()
            .toByteArray();
    byte[] all = new byte[unknown.length + 4];
    System.arraycopy(new byte[] {'k', '8', 's', 0}, 0, all, 0, 4);
    System.arraycopy(unknown, 0, all, 4, unknown.length);
    return all;
  }

  private static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @Test
  void decode_pod_isItsJson() {
    V1.Container container =
        V1.Container.newBuilder()
            .setName("c")
            .setImage("")
            .setResources(
                V1.ResourceRequirements.newBuilder()
                    .putLimits("cpu", Resource.Quantity.newBuilder().setString("1").build()))
            .setLivenessProbe(
                V1.Probe.newBuilder()
                    .setHandler(
                        V1.ProbeHandler.newBuilder()
                            .setTcpSocket(
                                V1.TCPSocketAction.newBuilder()
                                    .setPort(
                                        IntStr.IntOrString.newBuilder()
                                            .setType(1)
                                            .setStrVal("web")))))
            .build();
    V1.Pod pod =
        V1.Pod.newBuilder()
            .setMetadata(
                Meta.ObjectMeta.newBuilder()
                    .setName("p")
                    .setCreationTimestamp(Meta.Time.newBuilder().setSeconds(1))
                    .putLabels("a", ""))
            .setSpec(
                V1.PodSpec.newBuilder()
                    .addContainers(container)
                    .setAutomountServiceAccountToken(false)
                    .addVolumes(
                        V1.Volume.newBuilder()
                            .setName("v")
                            .setVolumeSource(
                                V1.VolumeSource.newBuilder()
                                    .setEmptyDir(V1.EmptyDirVolumeSource.newBuilder()))))
            .build();
    assertEquals(
        yaml(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, creationTimestamp: "1970-01-01T00:00:01Z", labels: {a: ""}}
            spec:
              automountServiceAccountToken: false
              containers:
              - name: c
                resources: {limits: {cpu: "1"}}
                livenessProbe: {tcpSocket: {port: web}}
              volumes: [{name: v, emptyDir: {}}]
            """),
        Protobuf.decode(body("v1", "Pod", pod)));
  }

  @Test
  void decode_secretAndToken_areTheirJson() {
    V1.Secret secret = V1.Secret.newBuilder().putData("k", ByteString.copyFromUtf8("x")).build();
    assertEquals(
        yaml("{apiVersion: v1, kind: Secret, data: {k: eA==}}"),
        Protobuf.decode(body("v1", "Secret", secret)));
    V1Authentication.TokenRequest request =
        V1Authentication.TokenRequest.newBuilder()
            .setSpec(V1Authentication.TokenRequestSpec.newBuilder().addAudiences("a"))
            .build();
    assertEquals(
        yaml("{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {audiences: [a]}}"),
        Protobuf.decode(body("authentication.k8s.io/v1", "TokenRequest", request)));
  }

  private static UnknownFieldSet.Field of(MessageLite message) {
    return UnknownFieldSet.Field.newBuilder().addLengthDelimited(message.toByteString()).build();
  }

  private static UnknownFieldSet.Field of(String text) {
    return UnknownFieldSet.Field.newBuilder()
        .addLengthDelimited(ByteString.copyFromUtf8(text))
        .build();
  }

  private static UnknownFieldSet.Field of(long number) {
    return UnknownFieldSet.Field.newBuilder().addVarint(number).build();
  }

  /** Go's aggregator client sends it so; its messages are in no Java artifact. */
  @Test
  void decode_apiService_isItsJson() {
    UnknownFieldSet service =
        UnknownFieldSet.newBuilder()
            .addField(1, of("default"))
            .addField(2, of("wardle"))
            .addField(3, of(7443))
            .build();
    UnknownFieldSet spec =
        UnknownFieldSet.newBuilder()
            .addField(1, of(service))
            .addField(2, of("wardle.example.com"))
            .addField(3, of("v1alpha1"))
            .addField(5, of("x"))
            .addField(7, of(2000))
            .addField(8, of(200))
            .build();
    UnknownFieldSet object =
        UnknownFieldSet.newBuilder()
            .addField(1, of(Meta.ObjectMeta.newBuilder().setName("wardle").build()))
            .addField(2, of(spec))
            .build();
    assertEquals(
        yaml(
            """
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: wardle}
            spec:
              service: {namespace: default, name: wardle, port: 7443}
              group: wardle.example.com
              version: v1alpha1
              caBundle: eA==
              groupPriorityMinimum: 2000
              versionPriority: 200
            """),
        Protobuf.decode(body("apiregistration.k8s.io/v1", "APIService", object)));
  }

  @Test
  void fields_ofAllTypes_haveNumbers() {
    List<String> without = new ArrayList<>();
    for (ObjectType type : Schema.builtin().types()) {
      for (FieldInfo field : type.fields().values()) {
        if (field.protoPath().isEmpty() && !Set.of("apiVersion", "kind").contains(field.name())) {
          without.add(type.name() + " " + field.name());
        }
      }
    }
    assertEquals(List.of(), without);
  }

  @Test
  void decode_rubbish_isRefused() {
    assertThrows(DecodeException.class, () -> Protobuf.decode(new byte[] {1}));
    assertThrows(
        DecodeException.class, () -> Protobuf.decode(new byte[] {'k', '8', 's', 0, 18, 127}));
  }
}
