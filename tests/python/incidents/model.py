"""The order-processing example under traffic: which metrics AWS publishes, minute by minute, for a list of facts.

    client -> API stage -> four functions -> table
                           CreateOrder, UpdateOrder -> bus -> Payment, Inventory -> bus -> Notification -> topic
    schedule, once an hour -> Inventory

A fact says what holds from a minute on, for some minutes: `{ from = 60, for = 30, function = "PaymentFunction", fails = 100 }`. The model
derives all metrics from the facts. Metrics without events have no points, as in AWS.
"""

import collections
import dataclasses
import random
import re
import zlib

from chance import binomial, log_normal, poisson

# The functions behind the API, with their share of the requests, and the operations that they call on the table.
ENDPOINTS = {
    "CreateOrderFunction": ("POST", "/orders", 0.3, "PutItem"),
    "GetOrderFunction": ("GET", "/orders/{orderId}", 0.4, "GetItem"),
    "ListOrdersFunction": ("GET", "/orders", 0.2, "Query"),
    "UpdateOrderFunction": ("PUT", "/orders/{orderId}", 0.1, "UpdateItem"),
}
# Consumers of the bus, with the operation that they call on the table, and their dead-letter queue.
CONSUMERS = {
    "PaymentFunction": ("UpdateItem", "PaymentDLQ"),
    "InventoryFunction": ("GetItem", "InventoryDLQ"),
    "NotificationFunction": (None, "NotificationDLQ"),
}
# Rules, with the events that they match and their target.
RULES = {
    "PaymentFunctionOrderCreated": (("created",), "PaymentFunction"),
    "InventoryFunctionOrderCreated": (("created", "cancelled"), "InventoryFunction"),
    "NotificationFunctionPaymentProcessed": (("paid",), "NotificationFunction"),
    "NotificationFunctionInventoryReserved": (("reserved",), "NotificationFunction"),
}
# Median and p99 of the durations in milliseconds, without the table.
DURATIONS = {"PaymentFunction": (1500, 6000), "InventoryFunction": (120, 900), "NotificationFunction": (80, 600)}
FAST = (60, 500)
TIMEOUTS = {"PaymentFunction": 60_000}
TIMEOUT = 30_000
# API Gateway ends an integration after 29 s.
INTEGRATION_TIMEOUT = 29_000
READS = ("GetItem", "Query")
INDEX = "customer-created-index"
# The SDK calls the table up to three times.
TABLE_ATTEMPTS = 3
# The share of updates that cancel an order.
CANCELLED = 0.2
# Lambda repeats a failed asynchronous event after one and two minutes.
RETRIES = (1, 2)
# Throttled asynchronous events are tried again after these minutes, then every five.
BACKOFF = (1, 1, 2, 4)
LONGEST_EVENT_AGE = 360
# An idle function's first invocation starts a new environment.
COLD_AFTER = 10
COLD_START = (1500, 2600)
# Bytes of log per invocation and per request.
LOG_BYTES, ACCESS_LOG_BYTES = 1_500, 200
# The hourly schedule, and the minute of its start.
SCHEDULE, SCHEDULE_MINUTE = "HourlyStockCheck", 5
# Metrics of a queue go on for six hours after its last message.
QUEUE_ACTIVE = 360

GROUPS = {"api": tuple(ENDPOINTS), "consumers": tuple(CONSUMERS), "all": (*ENDPOINTS, *CONSUMERS)}
# What a fact is about, with its effects. Where a comment says nothing else, an effect is a percentage of the requests or events.
TARGETS = {
    # Requests per minute, in place of the pattern's.
    "traffic": (),
    # Rejected by the authorizer or a limit (4XX), failed in API Gateway itself, of a path without a method.
    "api": ("rejects", "fails", "not_found"),
    # `takes` is the median duration in milliseconds. A logical id, or a group: `api`, `consumers`, `all`.
    "function": ("fails", "times_out", "throttled", "takes", "client_errors"),
    # `fails` are internal errors of DynamoDB; `takes` is the latency of a call in milliseconds.
    "table": ("read_throttles", "write_throttles", "index_read_throttles", "index_write_throttles", "fails", "takes"),
    # `denied` are events that the target's permissions refuse, which EventBridge does not try again.
    "rule": ("denied", "throttled"),
    # Numbers of messages: `holds` old ones, `gets` new ones. `drained = true` sends all to the function again.
    "queue": ("refuses", "holds", "gets", "drained"),
    "topic": ("fails",),
    # Bytes per minute, beside those of the invocations.
    "log": ("bytes",),
    # One event that fails at every attempt, for a consumer.
    "poison": (),
    # The percentage of invocations that start a new environment.
    "cold": (),
    # `false`: no trace arrives.
    "tracing": (),
    # `stopped`: the hourly schedule does not start.
    "schedule": ("stopped",),
}


@dataclasses.dataclass
class Cohort:
    """Asynchronous events that arrived and fail together."""

    count: int
    born: int
    failures: int = 0
    throttles: int = 0
    is_poison: bool = False


class Facts:
    def __init__(self, facts):
        self.facts = facts
        for fact in facts:
            target = [key for key in TARGETS if key in fact]
            if len(target) != 1 or not set(fact) <= {"from", "for", target[0], *TARGETS[target[0]]}:
                raise ValueError(f"not a fact: {fact}")

    def at(self, minute, target, name=None):
        """The facts about a target that hold in a minute."""
        for fact in self.facts:
            if target not in fact or not fact["from"] <= minute < fact["from"] + fact.get("for", 10**9):
                continue
            subject = fact[target]
            if name is None or subject == name or name in GROUPS.get(subject, ()) or subject is True or subject == "all":
                yield fact

    def value(self, minute, target, effect, name=None, otherwise=0):
        """The effect of the last fact that has it."""
        values = [fact[effect] for fact in self.at(minute, target, name) if effect in fact]
        return values[-1] if values else otherwise

    def share(self, minute, target, effect, name=None, otherwise=0):
        return self.value(minute, target, effect, name, otherwise) / 100


class Metrics:
    """Points of the watched metrics, by metric and minute. A point has sample count, sum, minimum and maximum, or `(value, count)` pairs."""

    def __init__(self, watched):
        self.watched = watched
        self.points = collections.defaultdict(dict)

    def statistics(self, minute, namespace, name, count, total, low, high, **dimensions):
        key = (namespace, name, tuple(sorted(dimensions.items())))
        if key not in self.watched:
            return
        before = self.points[key].get(minute)
        if before:
            count, total, low, high = count + before[0], total + before[1], min(low, before[2]), max(high, before[3])
        self.points[key][minute] = (count, total, low, high)

    def count(self, minute, namespace, name, total, **dimensions):
        """A counter without zeros."""
        if total:
            self.statistics(minute, namespace, name, total, total, 1, 1, **dimensions)

    def share(self, minute, namespace, name, total, count, **dimensions):
        """A counter with a sample per event, of one or zero."""
        if count:
            self.statistics(minute, namespace, name, count, total, int(total == count), int(total > 0), **dimensions)

    def values(self, minute, namespace, name, pairs, **dimensions):
        key = (namespace, name, tuple(sorted(dimensions.items())))
        if pairs and key in self.watched:
            self.points[key][minute] = self.points[key].get(minute, []) + pairs

    def gauge(self, minute, namespace, name, value, **dimensions):
        self.statistics(minute, namespace, name, 1, value, value, value, **dimensions)


class Model:
    """Plays a pattern. `names` has the physical names by logical id; `groups` the filters of trace groups by name; `watched` the metrics
    of alarms: others have no effect, and would take most of the time."""

    def __init__(self, pattern, names, groups, watched):
        self.minutes = pattern["minutes"]
        self.requests = pattern.get("requests", 60)
        self.failing = pattern.get("failing", 0) / 100
        self.client_errors = pattern.get("client_errors", 1) / 100
        self.facts = Facts(pattern.get("facts", []))
        self.names, self.groups = names, groups
        self.random = random.Random(zlib.crc32((pattern["name"] + pattern["seed"]).encode()))
        self.metrics = Metrics(watched)
        self.pending = collections.defaultdict(list)
        self.delayed = collections.defaultdict(int)
        self.queues = {}
        self.last_invoked = {}
        self.new_events = collections.Counter()

    def play(self):
        for minute in range(self.minutes):
            self.traces = collections.Counter()
            self.new_events.clear()
            self.stage(minute)
            self.schedule(minute)
            for function in CONSUMERS:
                self.rules(minute, function)
                self.consumer(minute, function)
            for queue in self.names_of("DLQ"):
                self.queue(minute, queue)
            self.logs(minute)
            self.trace_groups(minute)
        return self.metrics.points

    def names_of(self, end):
        return [name for name in self.names if name.endswith(end)]

    def draw(self, count, share):
        return binomial(self.random, count, share)

    def rate(self, minute):
        rate = self.requests
        if isinstance(rate, list):
            rate = rate[minute // 60 % len(rate)]
        for fact in self.facts.at(minute, "traffic"):
            rate = fact["traffic"]
        return rate

    # ------------------------------------------------------------ the API and its functions

    def stage(self, minute):
        rate = self.rate(minute)
        for function, (method, path, weight, _) in ENDPOINTS.items():
            arrived = poisson(self.random, rate * weight)
            if not arrived:
                continue
            missing = self.draw(arrived, self.facts.share(minute, "api", "not_found"))
            rejected = self.draw(arrived - missing, self.facts.share(minute, "api", "rejects"))
            broken = self.draw(arrived - missing - rejected, self.facts.share(minute, "api", "fails"))
            passed = arrived - missing - rejected - broken
            failed, client_errors, durations = self.request(minute, function, passed)
            latencies = [(min(value + 15, INTEGRATION_TIMEOUT), number) for value, number in durations]
            if arrived > passed:
                latencies.append((8, arrived - passed))
            integrations = [(min(value + 5, INTEGRATION_TIMEOUT), number) for value, number in durations]
            api = {"ApiName": self.names["OrdersApi"]}
            stage = {**api, "Stage": "dev"}
            sets = [api, stage] if missing == arrived else [api, stage, {**stage, "Method": method, "Resource": path}]
            faults = failed + broken
            for dimensions in sets:
                self.metrics.count(minute, "AWS/ApiGateway", "Count", arrived, **dimensions)
                self.metrics.share(minute, "AWS/ApiGateway", "5XXError", faults, arrived, **dimensions)
                self.metrics.share(minute, "AWS/ApiGateway", "4XXError", client_errors + missing + rejected, arrived, **dimensions)
                self.metrics.values(minute, "AWS/ApiGateway", "Latency", latencies, **dimensions)
                self.metrics.values(minute, "AWS/ApiGateway", "IntegrationLatency", integrations, **dimensions)
            self.log("ApiAccessLogs", minute, arrived, ACCESS_LOG_BYTES)
            self.sample(rate, arrived, faults, latencies, function)

    def request(self, minute, function, count):
        """Synchronous invocations. Returns the failed ones, those with a client error, and the durations."""
        throttled = self.draw(count, self.facts.share(minute, "function", "throttled", function))
        failed, durations = self.invoke(minute, function, count - throttled, self.failing)
        self.throttle(minute, function, throttled)
        succeeded = count - throttled - failed
        client_errors = self.draw(succeeded, self.facts.share(minute, "function", "client_errors", function, 100 * self.client_errors))
        done = succeeded - client_errors
        if function == "CreateOrderFunction":
            self.new_events["created"] += done
        if function == "UpdateOrderFunction":
            self.new_events["cancelled"] += self.draw(done, CANCELLED)
        durations = self.cold_start(minute, function, count - throttled, durations)
        return failed + throttled, client_errors, durations + ([(5, throttled)] if throttled else [])

    def cold_start(self, minute, function, count, durations):
        """The API waits for a new environment; the function's duration does not include its start."""
        if not count:
            return durations
        idle = minute - self.last_invoked.get(function, minute)
        self.last_invoked[function] = minute
        cold = 1 if idle >= COLD_AFTER else self.draw(count, self.facts.share(minute, "cold", "cold", otherwise=0.2))
        if not cold:
            return durations
        start = self.random.uniform(*COLD_START)
        (value, number), *rest = sorted(durations, reverse=True)
        cold = min(cold, number)
        return [(value + start, cold), (value, number - cold), *rest] if number > cold else [(value + start, cold), *rest]

    def invoke(self, minute, function, count, failing=0.0):
        """Invocations that run. Returns the failed ones and the durations."""
        if not count:
            return 0, []
        limit = TIMEOUTS.get(function, TIMEOUT)
        timed_out = self.draw(count, self.facts.share(minute, "function", "times_out", function))
        failed = self.draw(count - timed_out, self.facts.share(minute, "function", "fails", function, 100 * failing))
        running = count - timed_out - failed
        operation = ENDPOINTS[function][3] if function in ENDPOINTS else CONSUMERS[function][0]
        without_table = self.table(minute, operation, running) if operation else 0
        median, p99 = DURATIONS.get(function, FAST)
        takes = self.facts.value(minute, "function", "takes", function)
        if takes:
            median, p99 = takes, 3 * takes
        waiting = self.facts.value(minute, "table", "takes") if operation else 0
        drawn = log_normal(self.random, count - timed_out, median + waiting, p99 + 2 * waiting)
        late = sum(number for value, number in drawn if value >= limit)
        durations = [(min(value, limit), number) for value, number in drawn] + ([(limit, timed_out)] if timed_out else [])
        late = min(late, running - without_table)
        errors = timed_out + failed + without_table + late
        for dimensions in self.of_function(function):
            self.metrics.count(minute, "AWS/Lambda", "Invocations", count, **dimensions)
            self.metrics.share(minute, "AWS/Lambda", "Errors", errors, count, **dimensions)
            self.metrics.values(minute, "AWS/Lambda", "Duration", durations, **dimensions)
            busy = sum(value * number for value, number in durations) / 60_000
            self.metrics.gauge(minute, "AWS/Lambda", "ConcurrentExecutions", max(1, round(2 * busy)), **dimensions)
        self.log(function, minute, count, LOG_BYTES)
        return errors, durations

    def throttle(self, minute, function, throttled):
        for dimensions in self.of_function(function):
            self.metrics.count(minute, "AWS/Lambda", "Throttles", throttled, **dimensions)

    def of_function(self, function):
        name = self.names[function]
        sets = [{}, {"FunctionName": name}]
        # This function is called by its alias.
        if function == "CreateOrderFunction":
            sets.append({"FunctionName": name, "Resource": f"{name}:live"})
        return sets

    def table(self, minute, operation, count):
        """Calls of the table. Returns those that fail after all attempts."""
        kind = "Read" if operation in READS else "Write"
        table = {"TableName": self.names["OrdersTable"]}
        index = {**table, "GlobalSecondaryIndexName": INDEX}
        of_table = self.facts.share(minute, "table", f"{kind.lower()}_throttles")
        # An index that takes no writes throttles those of its table.
        of_index = self.facts.share(minute, "table", f"index_{kind.lower()}_throttles") if operation != "GetItem" else 0
        throttles = max(of_table, of_index)
        place = index if operation == "Query" or of_index > of_table else table
        errors = self.facts.share(minute, "table", "fails")
        open_calls, throttled, refused = count, 0, 0
        for _ in range(TABLE_ATTEMPTS):
            now_throttled = self.draw(open_calls, throttles)
            now_refused = self.draw(open_calls - now_throttled, errors)
            throttled, refused = throttled + now_throttled, refused + now_refused
            open_calls = now_throttled + now_refused
        done = count - open_calls
        for dimensions in [index] if operation == "Query" else [table] if kind == "Read" else [table, index]:
            self.metrics.count(minute, "AWS/DynamoDB", f"Consumed{kind}CapacityUnits", done, **dimensions)
        self.metrics.count(minute, "AWS/DynamoDB", f"{kind}ThrottleEvents", throttled, **place)
        self.metrics.count(minute, "AWS/DynamoDB", f"{kind}KeyRangeThroughputThrottleEvents", throttled, **place)
        self.metrics.count(minute, "AWS/DynamoDB", "ThrottledRequests", throttled, Operation=operation, **table)
        self.metrics.count(minute, "AWS/DynamoDB", "SystemErrors", refused, Operation=operation, **table)
        latency = self.facts.value(minute, "table", "takes") or 5
        latencies = log_normal(self.random, done, latency, 3 * latency)
        self.metrics.values(minute, "AWS/DynamoDB", "SuccessfulRequestLatency", latencies, Operation=operation, **table)
        return open_calls

    # ------------------------------------------------------------ the bus, the schedule and the consumers

    def schedule(self, minute):
        """A rule on the default bus that starts once an hour, within its minute or the next one."""
        is_due = minute % 60 == SCHEDULE_MINUTE + minute // 60 % 2
        if is_due and not any(self.facts.at(minute, "schedule")):
            self.metrics.count(minute, "AWS/Events", "Invocations", 1, RuleName=self.names[SCHEDULE])
            self.receive(minute, "InventoryFunction", 1)

    def rules(self, minute, function):
        """Delivers the events of this minute to a consumer."""
        for rule, (events, target) in RULES.items():
            if target != function:
                continue
            matched = sum(self.new_events[event] for event in events)
            self.deliver(minute, rule, matched, function)

    def deliver(self, minute, rule, matched, function):
        waiting = self.delayed.pop(rule, 0)
        throttled = self.draw(matched + waiting, self.facts.share(minute, "rule", "throttled", rule))
        tried = matched + waiting - throttled
        denied = self.draw(tried, self.facts.share(minute, "rule", "denied", rule))
        delivered = tried - denied
        if throttled:
            self.delayed[rule] += throttled
        retried = min(waiting, tried)
        refused = self.draw(denied, self.refuses(minute, CONSUMERS[function][1]))
        name, bus = self.names[rule], self.names["OrderEventBus"]
        for dimensions in ({"RuleName": name}, {"EventBusName": bus, "RuleName": name}):
            self.metrics.count(minute, "AWS/Events", "MatchedEvents", matched, **dimensions)
            self.metrics.count(minute, "AWS/Events", "TriggeredRules", matched, **dimensions)
            self.metrics.count(minute, "AWS/Events", "Invocations", delivered, **dimensions)
            self.metrics.count(minute, "AWS/Events", "FailedInvocations", denied, **dimensions)
            self.metrics.count(minute, "AWS/Events", "ThrottledRules", throttled, **dimensions)
            self.metrics.count(minute, "AWS/Events", "InvocationsSentToDlq", denied - refused, **dimensions)
            self.metrics.count(minute, "AWS/Events", "InvocationsFailedToBeSentToDlq", refused, **dimensions)
        for dimensions in ({}, {"RuleName": name}, {"EventBusName": bus}, {"EventBusName": bus, "RuleName": name}):
            self.metrics.count(minute, "AWS/Events", "InvocationAttempts", tried, **dimensions)
            self.metrics.count(minute, "AWS/Events", "SuccessfulInvocationAttempts", delivered, **dimensions)
            self.metrics.count(minute, "AWS/Events", "RetryInvocationAttempts", retried, **dimensions)
        self.add(minute, CONSUMERS[function][1], denied - refused)
        self.receive(minute, function, delivered)

    def receive(self, minute, function, count, is_poison=False):
        if count:
            self.pending[function, minute].append(Cohort(count, minute, is_poison=is_poison))
            self.metrics.count(minute, "AWS/Lambda", "AsyncEventsReceived", count, FunctionName=self.names[function])

    def consumer(self, minute, function):
        for fact in self.facts.at(minute, "poison", function):
            if fact["from"] == minute:
                self.receive(minute, function, 1, is_poison=True)
        done = 0
        for cohort in self.pending.pop((function, minute), []):
            done += self.attempt(minute, function, cohort)
        if function == "PaymentFunction":
            self.new_events["paid"] += done
        elif function == "InventoryFunction":
            self.new_events["reserved"] += done
        else:
            self.publish(minute, done)

    def attempt(self, minute, function, cohort):
        """Invokes a consumer with events. Returns the number that succeeded."""
        name = self.names[function]
        age = minute - cohort.born
        self.metrics.gauge(minute, "AWS/Lambda", "AsyncEventAge", 60_000 * age + 50, FunctionName=name)
        throttled = self.draw(cohort.count, self.facts.share(minute, "function", "throttled", function))
        self.throttle(minute, function, throttled)
        if throttled:
            self.wait(minute, function, dataclasses.replace(cohort, count=throttled, throttles=cohort.throttles + 1))
        count = cohort.count - throttled
        failed, _ = self.invoke(minute, function, count, 1.0 if cohort.is_poison else 0.0)
        self.traces["fault behind"] += self.draw(failed, self.sampled_share(minute))
        if failed and cohort.failures < len(RETRIES):
            again = dataclasses.replace(cohort, count=failed, failures=cohort.failures + 1)
            self.pending[function, minute + RETRIES[cohort.failures]].append(again)
        elif failed:
            self.give_up(minute, function, failed)
        return count - failed

    def wait(self, minute, function, cohort):
        if minute - cohort.born >= LONGEST_EVENT_AGE:
            self.give_up(minute, function, cohort.count)
            return
        pause = BACKOFF[cohort.throttles - 1] if cohort.throttles <= len(BACKOFF) else 5
        self.pending[function, minute + pause].append(cohort)

    def give_up(self, minute, function, count):
        """Events after their last attempt: dropped, that is sent to the dead-letter queue, or lost."""
        name, queue = self.names[function], CONSUMERS[function][1]
        refused = self.draw(count, self.refuses(minute, queue))
        self.metrics.count(minute, "AWS/Lambda", "AsyncEventsDropped", count, FunctionName=name)
        self.metrics.count(minute, "AWS/Lambda", "DeadLetterErrors", refused, FunctionName=name)
        self.add(minute, queue, count - refused)

    def publish(self, minute, count):
        failed = self.draw(count, self.facts.share(minute, "topic", "fails"))
        topic = {"TopicName": self.names["OrderNotificationsTopic"]}
        self.metrics.count(minute, "AWS/SNS", "NumberOfMessagesPublished", count, **topic)
        self.metrics.count(minute, "AWS/SNS", "NumberOfNotificationsDelivered", count - failed, **topic)
        self.metrics.count(minute, "AWS/SNS", "NumberOfNotificationsFailed", failed, **topic)

    # ------------------------------------------------------------ queues, logs

    def refuses(self, minute, queue):
        return self.facts.share(minute, "queue", "refuses", queue)

    def add(self, minute, queue, count):
        if count:
            held, born, active = self.queues.get(queue, (0, minute, minute))
            self.queues[queue] = (held + count, born if held else minute, minute)
            self.metrics.count(minute, "AWS/SQS", "NumberOfMessagesSent", count, QueueName=self.names[queue])

    def queue(self, minute, queue):
        for fact in self.facts.at(minute, "queue", queue):
            if fact["from"] == minute:
                self.change(minute, queue, fact)
        if queue not in self.queues:
            return
        held, born, active = self.queues[queue]
        if not held and minute - active > QUEUE_ACTIVE:
            return
        name = self.names[queue]
        self.metrics.gauge(minute, "AWS/SQS", "ApproximateNumberOfMessagesVisible", held, QueueName=name)
        self.metrics.gauge(minute, "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", 0, QueueName=name)
        self.metrics.gauge(minute, "AWS/SQS", "ApproximateNumberOfMessagesDelayed", 0, QueueName=name)
        self.metrics.gauge(minute, "AWS/SQS", "ApproximateAgeOfOldestMessage", 60 * (minute - born) if held else 0, QueueName=name)

    def change(self, minute, queue, fact):
        if "holds" in fact:
            # Older messages of another day.
            self.queues[queue] = (fact["holds"], minute - 1000, minute)
        if "gets" in fact:
            self.add(minute, queue, fact["gets"])
        if fact.get("drained"):
            held, _, _ = self.queues.get(queue, (0, 0, 0))
            name = self.names[queue]
            self.metrics.count(minute, "AWS/SQS", "NumberOfMessagesReceived", held, QueueName=name)
            self.metrics.count(minute, "AWS/SQS", "NumberOfMessagesDeleted", held, QueueName=name)
            self.queues[queue] = (0, minute, minute)
            # The operator sends the events to the function again.
            function = next(function for function, (_, own) in CONSUMERS.items() if own == queue)
            if held:
                self.pending[function, minute + 1].append(Cohort(held, minute))

    def log(self, owner, minute, events, size):
        group = self.log_group(owner)
        self.metrics.statistics(minute, "AWS/Logs", "IncomingBytes", events, events * size, size, size, LogGroupName=group)
        self.metrics.statistics(minute, "AWS/Logs", "IncomingLogEvents", events, events, 1, 1, LogGroupName=group)

    def log_group(self, owner):
        return f"/aws/lambda/{self.names[owner]}" if owner.endswith("Function") else self.names[owner]

    def logs(self, minute):
        for owner in (*GROUPS["all"], "ApiAccessLogs"):
            size = self.facts.value(minute, "log", "bytes", owner)
            if size:
                self.log(owner, minute, size // 1_000, 1_000)

    # ------------------------------------------------------------ traces

    def sampled_share(self, minute):
        """The share of the requests with a trace: one per second, and five in a hundred of the rest."""
        rate = max(self.rate(minute), 1e-9)
        return min(1.0, 60 / rate + 0.05)

    def sample(self, rate, arrived, faults, latencies, function):
        """Counts the traces of one endpoint by what a filter may ask for."""
        share = min(1.0, 60 / max(rate, 1e-9) + 0.05)
        traced = self.draw(arrived, share)
        self.traces["all"] += traced
        self.traces["fault"] += min(traced, self.draw(faults, share))
        for value, number in latencies:
            self.traces["slow", value / 1000] += self.draw(number, share)
        if function == "CreateOrderFunction":
            self.traces["placed"] += min(traced, self.draw(self.new_events["created"], share))

    def trace_groups(self, minute):
        """A count per group, zeros included."""
        if any(self.facts.at(minute, "tracing")):
            self.traces.clear()
        for name, expression in self.groups.items():
            self.metrics.gauge(minute, "AWS/X-Ray", "ApproximateTraceCount", self.matching(expression), GroupName=name)

    def matching(self, expression):
        """Traces that a filter selects. Knows what tracewatch writes for this stack, no more."""
        limit = re.search(r"(?:responsetime|duration)\s*>=?\s*([0-9.]+)", expression)
        if limit:
            slow = [number for key, number in self.traces.items() if isinstance(key, tuple) and key[1] > float(limit[1])]
            return sum(slow)
        if "fault" in expression:
            # In braces after a named service it asks for that service's own segments.
            is_own = re.search(r"service\([^)]+\)+\s*\{[^}]*fault", expression)
            behind = 0 if is_own else self.traces["fault behind"]
            return self.traces["fault"] + behind
        return self.traces["placed"] if "OrderPlaced" in expression else self.traces["all"]
