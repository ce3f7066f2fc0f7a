// Is the network what production needs? The questions of with_testkit/test_network.py, in their order.
package plan_checks

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/gruntwork-io/terratest/modules/logger"
	"github.com/gruntwork-io/terratest/modules/terraform"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var zones = []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"}

// One plan for all questions: each asks the same values, and a plan is what takes long.
func TestNetwork(t *testing.T) {
	t.Parallel()

	plan := terraform.InitAndPlanAndShowWithStructContext(t, t.Context(), terraform.WithDefaultRetryableErrors(t, &terraform.Options{
		TerraformDir: filepath.Join(os.Getenv("PLAN_CHECKS_TREE"), "benchmarks", "plan_checks", "network"),
		PlanFilePath: filepath.Join(t.TempDir(), "network.tfplan"),
		Logger:       logger.Discard,
		NoColor:      true,
	}))

	questions := map[string]func(*testing.T, *terraform.PlanStruct){
		"AddressesAndNames":               addressesAndNames,
		"Inventory":                       inventory,
		"NoSubnetGivesPublicAddresses":    noSubnetGivesPublicAddresses,
		"SubnetsAreKeyedByTheirZone":      subnetsAreKeyedByTheirZone,
		"NoTwoSubnetsOverlap":             noTwoSubnetsOverlap,
		"LoadBalancersFindTheirSubnets":   loadBalancersFindTheirSubnets,
		"PrivateSubnetsGoOutByNatAlone":   privateSubnetsGoOutByNatAlone,
		"NatGatewaysStandInPublicSubnets": natGatewaysStandInPublicSubnets,
		"TheDefaultGroupIsClosed":         theDefaultGroupIsClosed,
		"AllConnectionsAreLogged":         allConnectionsAreLogged,
		"LogsAreEncryptedAndEndOneDay":    logsAreEncryptedAndEndOneDay,
		"KeysAreRotated":                  keysAreRotated,
		"NoRightIsAWildcard":              noRightIsAWildcard,
		"EverythingIsTagged":              everythingIsTagged,
	}
	for name, ask := range questions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask(t, plan)
		})
	}
}

func addressesAndNames(t *testing.T, plan *terraform.PlanStruct) {
	vpc := planned(t, plan, "module.vpc.aws_vpc.this")
	assert.Equal(t, "10.10.0.0/16", vpc["cidr_block"])
	assert.Equal(t, true, vpc["enable_dns_hostnames"])
	assert.Equal(t, true, vpc["enable_dns_support"])
}

func inventory(t *testing.T, plan *terraform.PlanStruct) {
	wanted := map[string]int{"aws_subnet": 6, "aws_nat_gateway": 3, "aws_eip": 3, "aws_route_table": 4, "aws_route": 4}
	for kind, count := range wanted {
		assert.Len(t, of(plan, kind, ""), count, kind)
	}
}

func noSubnetGivesPublicAddresses(t *testing.T, plan *terraform.PlanStruct) {
	for _, subnet := range of(plan, "aws_subnet", "") {
		assert.Equal(t, false, subnet.AttributeValues["map_public_ip_on_launch"], subnet.Address)
	}
}

func subnetsAreKeyedByTheirZone(t *testing.T, plan *terraform.PlanStruct) {
	for _, name := range []string{"public", "private"} {
		var got []string
		for _, subnet := range of(plan, "aws_subnet", name) {
			got = append(got, key(subnet))
			assert.Equal(t, key(subnet), subnet.AttributeValues["availability_zone"], subnet.Address)
		}
		assert.ElementsMatch(t, zones, got, name)
	}
}

func noTwoSubnetsOverlap(t *testing.T, plan *terraform.PlanStruct) {
	subnets := of(plan, "aws_subnet", "")
	for at, one := range subnets {
		for _, other := range subnets[at+1:] {
			first := netip.MustParsePrefix(one.AttributeValues["cidr_block"].(string))
			second := netip.MustParsePrefix(other.AttributeValues["cidr_block"].(string))
			assert.Falsef(t, first.Overlaps(second), "%s and %s", one.Address, other.Address)
		}
	}
}

func loadBalancersFindTheirSubnets(t *testing.T, plan *terraform.PlanStruct) {
	for name, role := range map[string]string{"public": "elb", "private": "internal-elb"} {
		for _, subnet := range of(plan, "aws_subnet", name) {
			assert.Equal(t, "1", tags(subnet)["kubernetes.io/role/"+role], subnet.Address)
		}
	}
}

func privateSubnetsGoOutByNatAlone(t *testing.T, plan *terraform.PlanStruct) {
	route := configured(t, plan, "aws_route.private_to_nat")
	assert.Contains(t, references(route, "nat_gateway_id"), "aws_nat_gateway.this")
	assert.Empty(t, references(route, "gateway_id"))
	assert.Equal(t, ofOwnKey("aws_route_table.private"), references(route, "route_table_id"))
}

func natGatewaysStandInPublicSubnets(t *testing.T, plan *terraform.PlanStruct) {
	gateway := configured(t, plan, "aws_nat_gateway.this")
	assert.Equal(t, ofOwnKey("aws_subnet.public"), references(gateway, "subnet_id"))
}

func theDefaultGroupIsClosed(t *testing.T, plan *terraform.PlanStruct) {
	group := configured(t, plan, "aws_default_security_group.closed")
	assert.NotContains(t, group.Expressions, "ingress")
	assert.NotContains(t, group.Expressions, "egress")
}

func allConnectionsAreLogged(t *testing.T, plan *terraform.PlanStruct) {
	assert.Equal(t, "ALL", planned(t, plan, "module.vpc.aws_flow_log.this")["traffic_type"])
	log := configured(t, plan, "aws_flow_log.this")
	assert.Contains(t, references(log, "log_destination"), "aws_cloudwatch_log_group.flow_logs")
}

func logsAreEncryptedAndEndOneDay(t *testing.T, plan *terraform.PlanStruct) {
	for _, group := range of(plan, "aws_cloudwatch_log_group", "") {
		assert.EqualValues(t, 365, group.AttributeValues["retention_in_days"], group.Address)
	}
	group := configured(t, plan, "aws_cloudwatch_log_group.flow_logs")
	assert.Contains(t, references(group, "kms_key_id"), "aws_kms_key.flow_logs")
}

func keysAreRotated(t *testing.T, plan *terraform.PlanStruct) {
	for _, one := range of(plan, "aws_kms_key", "") {
		assert.Equal(t, true, one.AttributeValues["enable_key_rotation"], one.Address)
	}
}

func noRightIsAWildcard(t *testing.T, plan *terraform.PlanStruct) {
	for _, one := range of(plan, "aws_iam_role_policy", "") {
		var policy struct {
			Statement []struct{ Action, Resource any }
		}
		require.NoError(t, json.Unmarshal([]byte(one.AttributeValues["policy"].(string)), &policy), one.Address)
		for _, statement := range policy.Statement {
			for _, action := range listed(statement.Action) {
				assert.NotContains(t, action, "*", one.Address)
			}
			assert.NotEqual(t, "*", statement.Resource, one.Address)
		}
	}
}

func everythingIsTagged(t *testing.T, plan *terraform.PlanStruct) {
	for address, resource := range plan.ResourcePlannedValuesMap {
		if _, taggable := resource.AttributeValues["tags"]; taggable {
			for _, tag := range []string{"Project", "Owner", "Name"} {
				assert.Contains(t, tags(resource), tag, address)
			}
		}
	}
}

func planned(t *testing.T, plan *terraform.PlanStruct, address string) map[string]any {
	terraform.RequirePlannedValuesMapKeyExists(t, plan, address)
	return plan.ResourcePlannedValuesMap[address].AttributeValues
}

// A plan's values do not say what leads where, as ids are known after apply only: the configuration does.
func configured(t *testing.T, plan *terraform.PlanStruct, address string) *tfjson.ConfigResource {
	for _, resource := range plan.RawPlan.Config.RootModule.ModuleCalls["vpc"].Module.Resources {
		if resource.Address == address {
			return resource
		}
	}
	require.Failf(t, "no such resource", "%s", address)
	return nil
}

func references(resource *tfjson.ConfigResource, attribute string) []string {
	if expression := resource.Expressions[attribute]; expression != nil {
		return expression.References
	}
	return nil
}

func ofOwnKey(address string) []string {
	return []string{address, "each.key"}
}

func of(plan *terraform.PlanStruct, kind, name string) []*tfjson.StateResource {
	var found []*tfjson.StateResource
	for _, resource := range plan.ResourcePlannedValuesMap {
		if resource.Type == kind && (name == "" || resource.Name == name) {
			found = append(found, resource)
		}
	}
	return found
}

func key(resource *tfjson.StateResource) string {
	text, _ := resource.Index.(string)
	return text
}

func tags(resource *tfjson.StateResource) map[string]any {
	found, _ := resource.AttributeValues["tags"].(map[string]any)
	return found
}

func listed(value any) []string {
	if text, alone := value.(string); alone {
		return []string{text}
	}
	var found []string
	for _, one := range value.([]any) {
		found = append(found, one.(string))
	}
	return found
}
