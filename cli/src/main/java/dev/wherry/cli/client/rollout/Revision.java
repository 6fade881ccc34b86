package dev.wherry.cli.client.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One revision of a workload.
 *
 * @param object the ReplicaSet, or the workload as it was
 * @param template of its pods
 * @param change what it was made for, "" when nobody said
 * @param data of a ControllerRevision, missing for a ReplicaSet
 */
record Revision(long number, ObjectNode object, JsonNode template, String change, JsonNode data) {}
