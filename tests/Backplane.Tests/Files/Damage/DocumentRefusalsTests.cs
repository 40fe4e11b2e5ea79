using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class DocumentRefusalsTests : IDisposable
{
    private readonly LogParts parts = new();

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_document_is_refused_once_becomes_a_job_with_its_problem_and_is_logged_once()
    {
        var name = Sample.Name();
        parts.Fill(name, 1);

        parts.Refusals.Refuse(name, parts.Segments.Active, "It does not read.", isDamage: true);
        parts.Refusals.Refuse(name, parts.Segments.Active, "It still does not read.", isDamage: true);

        Assert.Equal("It does not read.", parts.Index.ProblemOf(name));
        Assert.Equal((name, "It does not read."),
            Assert.Single(parts.SaveJobs.List(10)) is var job ? (job.Document, job.Problem) : default);
        Assert.Contains("It does not read.", Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentDamaged)));
    }

    [Fact]
    public void A_document_that_is_not_there_any_more_is_neither_a_job_nor_logged()
    {
        parts.Refusals.Refuse(Sample.Name(), parts.Segments.Active, "It does not read.", isDamage: true);

        Assert.Empty(parts.SaveJobs.List(10));
        Assert.Empty(parts.Logger.All);
    }
}
