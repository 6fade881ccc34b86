package dev.wherry.machinery.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {
  private static Subject read(X500Name name) throws IOException {
    return Subject.of(new X500Principal(name.getEncoded()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "system:node:a",
        "a,b",
        "a+O=system:masters",
        "#0c0161",
        " lead",
        "trail ",
        "\"q\"",
        "b\\a",
        "a=b;c<d>",
        "a\nO=system:masters",
        "한국 사람",
        "\uD83D\uDE00",
        "x\0y",
        "\\2c",
        "  "
      })
  void of_anyText_readsBackExactly(String text) throws IOException {
    Subject subject = new Subject(text, List.of("first", text), Optional.of(text));
    assertEquals(subject, read(IssuedNames.subject(subject)));
  }

  @Test
  void of_severalCommonNamesAndOneNameOfManyParts_readsAllInOrder() throws IOException {
    X500Name name =
        new X500Name(
            new RDN[] {
              new RDN(BCStyle.CN, new DERUTF8String("first")),
              new RDN(
                  new AttributeTypeAndValue[] {
                    new AttributeTypeAndValue(BCStyle.O, new DERUTF8String("one")),
                    new AttributeTypeAndValue(BCStyle.O, new DERUTF8String("two")),
                  }),
              new RDN(BCStyle.CN, new DERUTF8String("last")),
            });
    assertEquals(Subject.of("last", "one", "two"), read(name));
  }

  @Test
  void of_unknownTypesAndValuesThatAreNoText_grantNothing() throws IOException {
    X500Name name =
        new X500Name(
            new RDN[] {
              new RDN(new ASN1ObjectIdentifier("1.2.3.4"), new DERUTF8String("system:masters")),
              new RDN(BCStyle.CN, new DERBitString(new byte[] {1})),
            });
    assertEquals(Subject.of("#03020001"), read(name));
  }

  @Test
  void of_noParts_isNobody() throws IOException {
    assertEquals(Subject.of(""), read(new X500Name(new RDN[0])));
  }
}
