"""Resolves a template's intrinsic functions, as CloudFormation documents them.

It is used to know what a deployed resource has to be, so it is written apart from
the emulator that deploys it.
"""
import re


class Resolver:
    def __init__(self, template, parameters, pseudo, ids, attributes):
        """ids are the physical ids of the deployed resources; attributes(logical id,
        name) returns the value of Fn::GetAtt."""
        defaults = {name: p.get("Default", "") for name, p in template.get("Parameters", {}).items()}
        self.values = {**{k: str(v) for k, v in {**defaults, **parameters}.items()}, **pseudo, **ids}
        self.conditions, self.attributes = template.get("Conditions", {}), attributes

    def condition(self, name):
        return self.truth(self.conditions[name])

    def truth(self, c):
        (kind, of), = c.items()
        if kind == "Condition":
            return self.condition(of)
        if kind == "Fn::Not":
            return not self.truth(of[0])
        if kind == "Fn::Equals":
            return str(self.resolve(of[0])) == str(self.resolve(of[1]))
        raise ValueError(f"condition {kind}")

    def resolve(self, v):
        """Returns the value; None stands for AWS::NoValue."""
        if isinstance(v, list):
            return [r for r in (self.resolve(i) for i in v) if r is not None]
        if not isinstance(v, dict):
            return v
        if len(v) == 1:
            (kind, of), = v.items()
            if kind == "Ref":
                return None if of == "AWS::NoValue" else self.values[of]
            if kind == "Fn::GetAtt":
                return self.attributes(*(of.split(".", 1) if isinstance(of, str) else of))
            if kind == "Fn::If":
                return self.resolve(of[1] if self.condition(of[0]) else of[2])
            if kind == "Fn::Join":
                return of[0].join(self.resolve(of[1]))
            if kind == "Fn::Sub":
                return self.substitute(of)
        return {k: r for k, r in ((k, self.resolve(i)) for k, i in v.items()) if r is not None}

    def substitute(self, of):
        text, own = of if isinstance(of, list) else (of, {})

        def value(match):
            name = match.group(1)
            if name in own:
                return str(self.resolve(own[name]))
            if name in self.values or "." not in name:
                return str(self.values[name])
            return self.attributes(*name.split(".", 1))

        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)
