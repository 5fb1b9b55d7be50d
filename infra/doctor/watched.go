package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// pending is SNS's ARN of an unconfirmed subscription.
const pending = "PendingConfirmation"

// subscribers examines whether alarms have confirmed recipients.
func (p *patient) subscribers(ctx context.Context) (found []finding) {
	topic := p.resources["Alarms"].id
	confirmed := 0
	pages := sns.NewListSubscriptionsByTopicPaginator(p.topics, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return []finding{untold("who is told of alarms", err)}
		}
		for _, s := range page.Subscriptions {
			if aws.ToString(s.SubscriptionArn) != pending {
				confirmed++
				continue
			}
			found = append(found, finding{ill, "who is told of alarms", aws.ToString(s.Endpoint) + " hasn't confirmed, and is told nothing",
				"open the mail from AWS Notifications and confirm; after three days send another:\n" +
					"aws sns subscribe --protocol " + aws.ToString(s.Protocol) + " --notification-endpoint " + aws.ToString(s.Endpoint) + " --topic-arn " + topic})
		}
	}
	if confirmed == 0 && len(found) == 0 {
		return []finding{{ill, "who is told of alarms", "nobody", "deploy with AlarmEmail, and confirm the mail that comes"}}
	}
	if confirmed > 0 {
		found = append(found, finding{well, "who is told of alarms", fmt.Sprintf("%d confirmed", confirmed), ""})
	}
	return found
}

// alarm is an alarm of CloudWatch's, plain or composite.
type alarm struct {
	on      bool
	actions []string
	state   cloudwatchtypes.StateValue
	reason  string
	words   string
	rule    string // of a composite alarm
}

// alarms examines whether all of the stack's alarms exist, are switched on, and
// quiet.
func (p *patient) alarms(ctx context.Context) (found []finding) {
	there, err := p.readAlarms(ctx)
	if err != nil {
		return []finding{untold("alarms", err)}
	}
	part := make(map[string]bool) // of a composite alarm
	for _, a := range there {
		for _, quoted := range strings.Split(a.rule, `"`) {
			part[alarmName(quoted)] = true
		}
	}
	ids := append(p.of("AWS::CloudWatch::Alarm"), p.of("AWS::CloudWatch::CompositeAlarm")...)
	for _, id := range ids {
		name := alarmName(p.resources[id].id)
		a, ok := there[name]
		switch {
		case !ok:
			found = append(found, finding{ill, "alarm " + id, "is gone", "deploy again"})
		case part[name]:
		case !a.on:
			found = append(found, finding{ill, "alarm " + id, "is switched off", "aws cloudwatch enable-alarm-actions --alarm-names " + name})
		case !slices.Contains(a.actions, p.resources["Alarms"].id):
			found = append(found, finding{ill, "alarm " + id, "tells nobody", "deploy again"})
		case a.state == cloudwatchtypes.StateValueAlarm:
			found = append(found, finding{ill, "alarm " + id, "is on: " + a.reason, runbook(a.words)})
		}
	}
	if len(found) == 0 {
		found = append(found, finding{well, "alarms", fmt.Sprintf("%d, all quiet", len(ids)), ""})
	}
	return found
}

// readAlarms reads the stack's alarms, by their names, which begin with the stack's.
func (p *patient) readAlarms(ctx context.Context) (map[string]alarm, error) {
	there := make(map[string]alarm)
	pages := cloudwatch.NewDescribeAlarmsPaginator(p.watches, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(p.name + "-"),
		AlarmTypes:      []cloudwatchtypes.AlarmType{cloudwatchtypes.AlarmTypeMetricAlarm, cloudwatchtypes.AlarmTypeCompositeAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			there[aws.ToString(a.AlarmName)] = alarm{
				on: aws.ToBool(a.ActionsEnabled), actions: a.AlarmActions,
				state: a.StateValue, reason: aws.ToString(a.StateReason),
				words: aws.ToString(a.AlarmDescription),
			}
		}
		for _, a := range page.CompositeAlarms {
			there[aws.ToString(a.AlarmName)] = alarm{
				on: aws.ToBool(a.ActionsEnabled), actions: a.AlarmActions,
				state: a.StateValue, reason: aws.ToString(a.StateReason),
				words: aws.ToString(a.AlarmDescription), rule: aws.ToString(a.AlarmRule),
			}
		}
	}
	return there, nil
}

// alarmName returns the name in an alarm's ARN, and a plain name unchanged.
func alarmName(id string) string {
	if _, name, ok := strings.Cut(id, ":alarm:"); ok {
		return name
	}
	return id
}

// runbook returns the page that an alarm's description links to.
func runbook(words string) string {
	if i := strings.LastIndex(words, "infra/runbooks.md#"); i >= 0 {
		return words[i:]
	}
	return "infra/runbooks.md"
}
