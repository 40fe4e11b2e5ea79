using System.Collections.Concurrent;
using System.Diagnostics;
using Relay.Yjs;

namespace Relay.Sessions;

public sealed class DocumentTracesTests : IDisposable
{
    private readonly DocumentName document = DocumentName.Create(Guid.NewGuid().ToString());
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    public DocumentTracesTests()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DocumentTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Work_is_a_trace_of_its_own_and_steps_belong_to_it()
    {
        using var request = new Activity("a request").Start();
        var result = await DocumentTraces.TraceAsync("work", document, async _ =>
        {
            await Task.Yield();
            return await DocumentTraces.StepAsync("step", _ => ValueTask.FromResult(7));
        });
        Assert.Equal(7, result);
        Assert.Same(request, Activity.Current);
        var work = Assert.Single(ended,
            span => span.GetTagItem("relay.document") is string name && name == document.Value);
        Assert.Null(work.Parent);
        Assert.NotEqual(request.TraceId, work.TraceId);
        var step = Assert.Single(ended, span => span.TraceId == work.TraceId && span != work);
        Assert.Equal(("work", "step"), (work.OperationName, step.OperationName));
        Assert.Equal(work.SpanId, step.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, work.Status);
    }

    [Fact]
    public async Task A_failure_is_the_spans_too_and_goes_on_to_the_caller()
    {
        await Assert.ThrowsAsync<TimeoutException>(
            () => DocumentTraces.TraceAsync<int>(
                "work", document, _ => throw new TimeoutException("too slow")).AsTask());
        var work = Assert.Single(ended, span => Equals(span.GetTagItem("relay.document"), document.Value));
        Assert.Equal((ActivityStatusCode.Error, "too slow"), (work.Status, work.StatusDescription));
        Assert.Contains(work.Events, happened => happened.Name == "exception");
    }

    [Fact]
    public async Task A_step_without_a_trace_is_not_traced()
    {
        using var request = new Activity("a request").Start();
        Assert.Equal(1, await DocumentTraces.StepAsync("step", span => ValueTask.FromResult(span is null ? 1 : 2)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-zz-00-01")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void What_names_no_trace_gets_no_span(string? traceparent) =>
        Assert.Null(DocumentTraces.Answer("answer", document, traceparent));

    [Fact]
    public void An_answer_belongs_to_the_trace_of_who_asked()
    {
        using var answer = DocumentTraces.Answer("answer", document,
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"),
            (answer?.TraceId.ToHexString(), answer?.ParentSpanId.ToHexString()));
    }
}
