using Xunit.Abstractions;
using Xunit.Sdk;

namespace Relay.TestServers;

/// <summary>A test case that is skipped where its class's server cannot be started.</summary>
public sealed class ServerTestCase : XunitTestCase
{
    [Obsolete("Called by the de-serializer; should only be called by deriving classes for de-serialization purposes")]
    public ServerTestCase()
    {
    }

    internal ServerTestCase(IMessageSink diagnostics, TestMethodDisplay display,
        TestMethodDisplayOptions displayOptions, ITestMethod method)
        : base(diagnostics, display, displayOptions, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute)
        ?? (TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsServerAttribute)).FirstOrDefault() is { } needs
            ? ServerPrograms.MissingReason(needs.GetNamedArgument<ServerKind>(nameof(NeedsServerAttribute.Kind)))
            : null);
}
