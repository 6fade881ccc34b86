package dev.wherry.cli.client.gotemplate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTemplateTest {
  private static final JsonNode OBJECT =
      Json.parse(
          """
          {"name": "web", "count": 3, "big": 1234567, "half": 0.5, "on": true, "none": null,
           "labels": {"b": "2", "a": "1"}, "empty": [], "coded": "aGk=",
           "items": [{"n": "x", "v": 1}, {"n": "y", "v": 2}, {"n": "z"}]}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          {{.name}}                                           ¦ web
          {{.count}} {{.big}} {{.half}} {{.on}} {{.none}}     ¦ 3 1234567 0.5 true <no value>
          {{.missing}}                                        ¦ <no value>
          {{.labels}} {{.empty}}                              ¦ map[a:1 b:2] []
          {{range .items}}{{.n}};{{end}}                      ¦ x;y;z;
          {{range $i, $e := .items}}{{$i}}={{$e.n}},{{end}}   ¦ 0=x,1=y,2=z,
          {{range $k, $v := .labels}}{{$k}}{{$v}}{{end}}      ¦ a1b2
          {{range .empty}}x{{else}}none{{end}}                ¦ none
          {{range .items}}{{if eq .n "y"}}{{break}}{{end}}{{.n}}{{end}} ¦ x
          {{range .items}}{{if eq .n "y"}}{{continue}}{{end}}{{.n}}{{end}} ¦ xz
          {{if .on}}yes{{else}}no{{end}}                      ¦ yes
          {{if .none}}a{{else if .count}}b{{else}}c{{end}}    ¦ b
          {{with .labels}}{{.a}}{{end}}                       ¦ 1
          {{with $x := .name}}{{$x}}{{$.count}}{{end}}        ¦ web3
          {{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}       ¦ 2
          {{index .items 1 "n"}} {{index .labels "b"}}        ¦ y 2
          {{len .items}} {{len .name}} {{.items | len}}       ¦ 3 3 3
          {{and .on .name}} {{or .none "d"}} {{not .on}}      ¦ web d false
          {{eq .count 3}} {{ne .name "x"}} {{lt 1 2}} {{ge "b" "a"}} {{eq .name "a" "web"}} ¦ true true true true true
          {{printf "%s-%v-%5.1f-%-4s|%04d" .name .count .half "a" 7}} ¦ web-3-  0.5-a   |0007
          {{printf "%d" .count}} {{printf "%s"}} {{printf "%q" .name}} ¦ 3 %!s(MISSING) "web"
          {{print 1 2 "a" "b" 3}}                             ¦ 1 2ab3
          {{"a<b" | html}} {{urlquery "a b&c"}}               ¦ a&lt;b a+b%26c
          {{.coded | base64decode}}                           ¦ hi
          {{exists . "labels" "a"}} {{exists . "labels" "z"}} ¦ true false
          a {{- " b " -}} c{{/* said by nobody */}}           ¦ a b c
          {{define "t"}}<{{.}}>{{end}}{{template "t" .name}}  ¦ <web>
          {{(index .items 0).n}}                              ¦ x
          {{slice .name 1 2}} {{`raw\\n`}} {{'a'}}              ¦ e raw\\n 97
          """)
  void execute_template_saysAsGo(String template, String expected) {
    assertEquals(expected, GoTemplate.parse(template, true).execute(OBJECT));
  }

  private static String mistake(String template) {
    return String.valueOf(
        assertThrows(GoTemplateException.class, () -> GoTemplate.parse(template, true))
            .getMessage());
  }

  @Test
  void parse_mistakes_areTold() {
    assertEquals("unclosed action", mistake("{{.name"));
    assertEquals("unexpected EOF", mistake("{{if .name}}x"));
    assertEquals("unexpected {{end}}", mistake("{{end}}"));
    assertEquals("function \"nope\" not defined", mistake("{{nope .x}}"));
    assertEquals("missing value for command", mistake("{{}}"));
  }

  @Test
  void execute_missingKeyNotAllowed_fails() {
    GoTemplate strict = GoTemplate.parse("{{.missing}}", false);
    assertEquals(
        "map has no entry for key \"missing\"",
        assertThrows(GoTemplateException.class, () -> strict.execute(OBJECT)).getMessage());
  }

  @Test
  void execute_numbersOfTwoKinds_areNotCompared() {
    GoTemplate wrong = GoTemplate.parse("{{eq .count 3.0}}", true);
    assertEquals(
        "incompatible types for comparison",
        assertThrows(GoTemplateException.class, () -> wrong.execute(OBJECT)).getMessage());
  }
}
