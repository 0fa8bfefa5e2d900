package dev.nxtsync.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * One document of YAML as keys and values. It is read as nodes: only those have lines, and the text that was written, of
 * which YAML makes {@code false} where it is {@code no}. Anchors and merge keys hold as in YAML 1.1. No error quotes a
 * value, which may be a secret.
 */
final class YamlText {
    private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.NULL, Tag.TIMESTAMP,
            Tag.MAP, Tag.SEQ, Tag.MERGE);

    private final List<Leaf> leaves = new ArrayList<>();
    /** The nodes that the one at hand stands in. */
    private final Set<Node> around = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlText() {}

    /**
     * A value.
     *
     * @param key the names on the way to it, joined by dots
     * @param value as it was written; of a list, the items with commas between them
     * @param line of its key, from 1
     */
    record Leaf(String key, String value, int line) {
        @Override
        public String toString() {
            return key + " in line " + line;
        }
    }

    /**
     * In their order. A key that is given twice in different forms comes twice; what is empty or null does not come.
     *
     * @throws UnusableText if it is not YAML, or not of a kind that a configuration can be, with line and column
     */
    static List<Leaf> leaves(String text) throws UnusableText {
        refuseUnseen(text);
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            throw syntax(e, text);
        } catch (YAMLException e) {
            throw new UnusableText("is too long, nests too deep or repeats too much for a configuration");
        }
        var reader = new YamlText();
        if (root instanceof MappingNode mapping) {
            reader.mapping("", mapping);
        } else if (root != null && !root.getTag().equals(Tag.NULL)) {
            throw at(root, "a configuration begins with a key, such as nxt:");
        }
        return List.copyOf(reader.leaves);
    }

    private static void refuseUnseen(String text) throws UnusableText {
        int line = 1;
        int start = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int character = text.codePointAt(i);
            if (!StreamReader.isPrintable(character)) {
                throw new UnusableText("line %d, column %d: the character U+%04X is not allowed in YAML; take it out"
                        .formatted(line, text.codePointCount(start, i) + 1, character));
            }
            if (character == '\n') {
                line++;
                start = i + 1;
            }
        }
    }

    private static UnusableText syntax(MarkedYAMLException e, String text) {
        Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        Mark begun = e.getContextMark();
        String line = text.lines().skip(mark.getLine()).findFirst().orElse("");
        boolean tab = line.substring(0, line.length() - line.stripLeading().length()).indexOf('\t') >= 0;
        return at(mark, tab
                ? "a tab; indent with spaces"
                : "this is not YAML"
                        + (begun != null && begun.getLine() < mark.getLine()
                                ? ", or what begins in line " + (begun.getLine() + 1) + " does not end"
                                : "")
                        + "; check indentation, colons and quotes, and put text that begins with a special character in quotes");
    }

    private static UnusableText at(Node node, String flaw) {
        return at(node.getStartMark(), flaw);
    }

    private static UnusableText at(Mark mark, String flaw) {
        return new UnusableText("line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": " + flaw);
    }

    private void mapping(String prefix, MappingNode mapping) throws UnusableText {
        refuseTag(mapping);
        if (!around.add(mapping)) {
            throw at(mapping, "this contains itself, through its anchor");
        }
        for (NodeTuple member : members(mapping)) {
            value(prefix + ((ScalarNode) member.getKeyNode()).getValue(), member);
        }
        around.remove(mapping);
    }

    private void value(String key, NodeTuple member) throws UnusableText {
        Node node = member.getValueNode();
        if (node instanceof MappingNode mapping) {
            mapping(key + ".", mapping);
            return;
        }
        String value = node instanceof SequenceNode sequence ? list(sequence) : scalar((ScalarNode) node);
        if (!value.isBlank()) {
            leaves.add(new Leaf(key, value, member.getKeyNode().getStartMark().getLine() + 1));
        }
    }

    private static String list(SequenceNode sequence) throws UnusableText {
        refuseTag(sequence);
        var items = new ArrayList<String>();
        for (Node item : sequence.getValue()) {
            if (!(item instanceof ScalarNode scalar)) {
                throw at(item, "an item of a list must be a name or a number");
            }
            items.add(scalar(scalar));
        }
        return items.stream().filter(item -> !item.isBlank()).collect(Collectors.joining(","));
    }

    private static String scalar(ScalarNode scalar) throws UnusableText {
        refuseTag(scalar);
        boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
        if (plain && scalar.getAnchor() != null && scalar.getValue().isEmpty()) {
            throw at(scalar, "this begins with &, which makes an anchor of it; put it in quotes");
        }
        return plain && scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
    }

    private static void refuseTag(Node node) throws UnusableText {
        if (!PLAIN.contains(node.getTag())) {
            throw at(node, "this begins with !, which makes a tag of it; put it in quotes");
        }
    }

    /** Its own, and those of merge keys that it does not have itself. */
    private List<NodeTuple> members(MappingNode mapping) throws UnusableText {
        var own = new LinkedHashMap<String, NodeTuple>();
        var merged = new ArrayList<Node>();
        for (NodeTuple member : mapping.getValue()) {
            if (!(member.getKeyNode() instanceof ScalarNode key)) {
                throw at(member.getKeyNode(), "a key must be a name");
            }
            refuseTag(key);
            if (key.getTag().equals(Tag.MERGE)) {
                merged.add(member.getValueNode());
            } else {
                refuseTwice(own.put(key.getValue(), member), key);
            }
        }
        for (Node node : merged) {
            merge(node, own);
        }
        return List.copyOf(own.values());
    }

    private void merge(Node node, Map<String, NodeTuple> own) throws UnusableText {
        if (node instanceof SequenceNode several) {
            for (Node each : several.getValue()) {
                merge(each, own);
            }
        } else if (node instanceof MappingNode other) {
            if (!around.add(other)) {
                throw at(other, "this contains itself, through its anchor");
            }
            members(other).forEach(member -> own.putIfAbsent(((ScalarNode) member.getKeyNode()).getValue(), member));
            around.remove(other);
        } else {
            throw at(node, "<< merges only mappings");
        }
    }

    private static void refuseTwice(@Nullable NodeTuple before, ScalarNode key) throws UnusableText {
        if (before != null) {
            throw at(key, "\"" + key.getValue() + "\" is given twice, first in line "
                    + (before.getKeyNode().getStartMark().getLine() + 1) + "; make one of them");
        }
    }
}
